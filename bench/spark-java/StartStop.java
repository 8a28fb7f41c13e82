import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Creates a context and stops it; there is no job. */
public final class StartStop {
  public static void main(String[] args) {
    long start = System.nanoTime();
    JavaSparkContext sc = new JavaSparkContext(new SparkConf().setAppName("start and stop"));
    long created = System.nanoTime();
    sc.stop();
    System.out.printf("metric create_s %.4f%n", (created - start) / 1e9);
    System.out.printf("metric stop_s %.4f%n", (System.nanoTime() - created) / 1e9);
    System.out.println("checksum stopped");
  }
}
