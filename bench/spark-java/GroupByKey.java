import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/** Groups numbers by key and sums up each group's span. Arguments: pairs, keys, partitions, reducers. */
public final class GroupByKey {
  public static void main(String[] args) {
    long pairs = Long.parseLong(args[0]);
    long keys = Long.parseLong(args[1]);
    int partitions = Integer.parseInt(args[2]);
    int reducers = Integer.parseInt(args[3]);
    JavaSparkContext sc = new JavaSparkContext(new SparkConf().setAppName("group by key"));
    long sum = sc.sc().range(0, pairs, 1, partitions).toJavaRDD()
        .mapToPair(element -> {
          long i = (Long) element;
          return new Tuple2<>((int) (i * 7919 % keys), (int) (i * 104729 % 1000003));
        })
        .groupByKey(reducers)
        .mapValues(values -> {
          int least = Integer.MAX_VALUE;
          int greatest = Integer.MIN_VALUE;
          for (int value : values) {
            least = Math.min(least, value);
            greatest = Math.max(greatest, value);
          }
          return (long) greatest - least;
        })
        .values()
        .reduce(Long::sum);
    System.out.println("checksum " + sum);
    sc.stop();
  }
}
