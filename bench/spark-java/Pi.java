import java.util.concurrent.ThreadLocalRandom;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Estimates pi from random points in a square. Arguments: points, partitions. */
public final class Pi {
  public static void main(String[] args) {
    long points = Long.parseLong(args[0]);
    int partitions = Integer.parseInt(args[1]);
    JavaSparkContext sc = new JavaSparkContext(new SparkConf().setAppName("pi"));
    long inside = sc.sc().range(0, points, 1, partitions).toJavaRDD().filter(i -> {
      ThreadLocalRandom random = ThreadLocalRandom.current();
      double x = random.nextDouble() * 2 - 1;
      double y = random.nextDouble() * 2 - 1;
      return x * x + y * y <= 1;
    }).count();
    // Six standard deviations: a right program misses this about once in 500 million runs.
    double error = Math.abs(4.0 * inside / points - Math.PI);
    System.out.println("checksum " + (error < 6 * 1.6422 / Math.sqrt(points) ? "pi" : "off by " + error));
    sc.stop();
  }
}
