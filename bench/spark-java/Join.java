import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/** Joins orders (id,amount) with customers (id,name). Arguments: orders, customers, splits, reducers. */
public final class Join {
  public static void main(String[] args) {
    int splits = Integer.parseInt(args[2]);
    int reducers = Integer.parseInt(args[3]);
    JavaSparkContext sc = new JavaSparkContext(new SparkConf().setAppName("join"));
    JavaPairRDD<Integer, Integer> orders = sc.textFile(args[0], splits).mapToPair(line -> {
      String[] fields = line.split(",");
      return new Tuple2<>(Integer.parseInt(fields[0]), Integer.parseInt(fields[1]));
    });
    JavaPairRDD<Integer, String> customers = sc.textFile(args[1], splits).mapToPair(line -> {
      String[] fields = line.split(",");
      return new Tuple2<>(Integer.parseInt(fields[0]), fields[1]);
    });
    long sum = orders.join(customers, reducers)
        .map(pair -> (long) pair._2._1 * pair._2._2.length())
        .reduce(Long::sum);
    System.out.println("checksum " + sum);
    sc.stop();
  }
}
