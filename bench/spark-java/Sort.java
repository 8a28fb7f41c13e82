import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/** Sorts 100-byte lines by their first ten characters into files. Arguments: file, splits, reducers, output folder. */
public final class Sort {
  public static void main(String[] args) {
    int splits = Integer.parseInt(args[1]);
    int reducers = Integer.parseInt(args[2]);
    JavaSparkContext sc = new JavaSparkContext(new SparkConf().setAppName("sort"));
    sc.textFile(args[0], splits)
        .mapToPair(line -> new Tuple2<>(line.substring(0, 10), line.substring(10)))
        .sortByKey(true, reducers)
        .map(pair -> pair._1 + pair._2)
        .saveAsTextFile(args[3]);
    sc.stop();
  }
}
