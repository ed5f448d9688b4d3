package org.drugner.examples;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.TaskCompletionListener;
import org.drugner.Mention;
import org.drugner.Recognizer;

/**
 * Tags the notes of one partition with a recognizer of its own. Each note becomes one line of JSON, as the command
 * {@code drugner tag --lines --format jsonl --offsets utf16} writes it.
 */
final class TagPartition implements FlatMapFunction<Iterator<String>, String> {
    private static final long serialVersionUID = 1L;

    private final LongAccumulator notes;
    private final LongAccumulator mentions;

    TagPartition(LongAccumulator notes, LongAccumulator mentions) {
        this.notes = notes;
        this.mentions = mentions;
    }

    @Override
    public Iterator<String> call(Iterator<String> partition) {
        Recognizer recognizer = SharedModel.newRecognizer();
        // Also when the task fails or nobody reads to the end.
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> recognizer.close());
        ObjectMapper json = new ObjectMapper();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return partition.hasNext();
            }

            @Override
            public String next() {
                return tag(recognizer, json, partition.next());
            }
        };
    }

    private String tag(Recognizer recognizer, ObjectMapper json, String note) {
        ObjectNode line = json.createObjectNode();
        ArrayNode list = line.putArray("mentions");
        for (Mention mention : recognizer.find(note)) {
            list.addObject()
                    .put("start", mention.start())
                    .put("end", mention.end())
                    .put("label", mention.label())
                    .put("score", Math.round(mention.score() * 1e6) / 1e6)
                    .put("text", note.substring(mention.start(), mention.end()));
        }
        notes.add(1);
        mentions.add(list.size());
        return line.toString();
    }
}
