package org.drugner.examples;

import java.util.Locale;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;

/** Tags a file or a folder of files, one note a line, with Apache Spark. */
public final class TagNotes {
    private TagNotes() {}

    /** Arguments: file or folder of notes, folder to write, which must not exist. */
    public static void main(String[] arguments) {
        SparkConf conf = new SparkConf().setAppName("drugner").setIfMissing("spark.master", "local[*]");
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            LongAccumulator notes = spark.sc().longAccumulator("notes");
            LongAccumulator mentions = spark.sc().longAccumulator("mentions");
            long start = System.nanoTime();
            spark.textFile(arguments[0], spark.defaultParallelism())
                    .mapPartitions(new TagPartition(notes, mentions))
                    .saveAsTextFile(arguments[1]);
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "%d notes, %d mentions in %.1f s: %.0f notes per second on %d threads%n",
                    notes.value(), mentions.value(), seconds, notes.value() / seconds, spark.defaultParallelism());
        }
    }
}
