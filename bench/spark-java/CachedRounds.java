import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/** Fits y = slope * x by gradient descent over cached points. Arguments: points, rounds, partitions. */
public final class CachedRounds {
  public static void main(String[] args) {
    long n = Long.parseLong(args[0]);
    int rounds = Integer.parseInt(args[1]);
    int partitions = Integer.parseInt(args[2]);
    JavaSparkContext sc = new JavaSparkContext(new SparkConf().setAppName("cached rounds"));
    JavaPairRDD<Double, Double> points = sc.sc().range(0, n, 1, partitions).toJavaRDD()
        .mapToPair(element -> {
          long i = (Long) element;
          double x = (i % 1000) / 1000.0;
          return new Tuple2<>(x, 3 * x + (i * 7919 % 1000 - 499.5) / 10000);
        })
        .cache();
    double slope = 0;
    for (int round = 1; round <= rounds; round++) {
      long start = System.nanoTime();
      double current = slope;
      double gradient = points.map(point -> (current * point._1 - point._2) * point._1).reduce(Double::sum);
      slope -= gradient / n;
      System.out.printf("metric round_%d_s %.4f%n", round, (System.nanoTime() - start) / 1e9);
    }
    // Partial sums arrive in any order, so the last digits differ from run to run.
    System.out.printf("checksum slope=%.6f%n", slope);
    sc.stop();
  }
}
