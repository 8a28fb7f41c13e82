import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/** Runs jobs whose tasks do nothing, one after the other. Arguments: tasks in a job, jobs. */
public final class EmptyTasks {
  public static void main(String[] args) {
    int tasks = Integer.parseInt(args[0]);
    int jobs = Integer.parseInt(args[1]);
    JavaSparkContext sc = new JavaSparkContext(new SparkConf().setAppName("empty tasks"));
    List<Integer> elements = IntStream.range(0, tasks).boxed().collect(Collectors.toList());
    JavaRDD<Integer> rdd = sc.parallelize(elements, tasks);
    for (int job = 1; job <= jobs; job++) {
      long start = System.nanoTime();
      rdd.foreachPartition(elementsOfOne -> {});
      System.out.printf("metric job_%d_tasks_per_s %.1f%n", job, tasks / ((System.nanoTime() - start) / 1e9));
    }
    System.out.println("checksum " + rdd.getNumPartitions() + " tasks in each of " + jobs + " jobs");
    sc.stop();
  }
}
