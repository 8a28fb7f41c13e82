import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/** Counts words: how many distinct ones, how many in all, the ten most frequent. Arguments: file, splits, reducers. */
public final class WordCount {
  /** The most frequent first; words of one frequency in alphabetical order. */
  private static final class ByFrequency implements Comparator<Tuple2<String, Integer>>, Serializable {
    @Override
    public int compare(Tuple2<String, Integer> a, Tuple2<String, Integer> b) {
      int byCount = Integer.compare(b._2, a._2);
      return byCount != 0 ? byCount : a._1.compareTo(b._1);
    }
  }

  public static void main(String[] args) {
    int splits = Integer.parseInt(args[1]);
    int reducers = Integer.parseInt(args[2]);
    JavaSparkContext sc = new JavaSparkContext(new SparkConf().setAppName("word count"));
    JavaPairRDD<String, Integer> counts = sc.textFile(args[0], splits)
        .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
        .mapToPair(word -> new Tuple2<>(word, 1))
        .reduceByKey(Integer::sum, reducers);
    long distinct = counts.count();
    int total = counts.values().reduce(Integer::sum);
    String top = counts.takeOrdered(10, new ByFrequency()).stream()
        .map(pair -> pair._1 + ":" + pair._2).collect(Collectors.joining(","));
    System.out.println("checksum distinct=" + distinct + " total=" + total + " top=" + top);
    sc.stop();
  }
}
