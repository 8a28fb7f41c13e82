import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Runs short tasks that each add a line "pid milliseconds" to a file. Arguments: file, tasks, milliseconds of each. */
public final class Ticker {
  public static void main(String[] args) {
    String file = args[0];
    int tasks = Integer.parseInt(args[1]);
    long pause = Long.parseLong(args[2]);
    JavaSparkContext sc = new JavaSparkContext(new SparkConf().setAppName("ticker"));
    List<Integer> elements = IntStream.range(0, tasks).boxed().collect(Collectors.toList());
    sc.parallelize(elements, tasks).foreach(element -> {
      String line = ProcessHandle.current().pid() + " " + System.currentTimeMillis() + "\n";
      Files.write(Path.of(file), line.getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      Thread.sleep(pause);
    });
    System.out.println("checksum " + tasks + " tasks");
    sc.stop();
  }
}
