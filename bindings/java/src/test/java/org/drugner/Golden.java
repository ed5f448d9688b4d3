package org.drugner;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;

/** The notes of {@code tests/golden} that a Java string can hold; see the README there. */
final class Golden {
    final String name;
    /** One copy of the text. */
    final String text;
    final int copies;
    /** Of one copy. */
    final List<Mention> mentions = new ArrayList<>();
    /** What the offsets cut out; null where that is no valid string. */
    final List<String> words = new ArrayList<>();

    private Golden(JsonObject note) {
        name = note.get("name").getAsString();
        text = note.has("text") ? note.get("text").getAsString() : units(note.getAsJsonArray("units"));
        copies = note.has("repeat") ? note.get("repeat").getAsInt() : 1;
        for (JsonElement element : note.getAsJsonArray("mentions")) {
            JsonObject mention = element.getAsJsonObject();
            JsonArray span = mention.getAsJsonArray("utf16");
            String label = mention.get("label").getAsString();
            float score = Float.parseFloat(mention.get("score").getAsString());
            boolean abbreviation = mention.has("abbreviation");
            mentions.add(new Mention(span.get(0).getAsInt(), span.get(1).getAsInt(), label, score, abbreviation));
            words.add(mention.has("text") ? mention.get("text").getAsString() : null);
        }
    }

    private static String units(JsonArray units) {
        StringBuilder text = new StringBuilder();
        for (JsonElement unit : units) {
            text.append((char) unit.getAsInt());
        }
        return text.toString();
    }

    static JsonObject file() throws IOException {
        Path file = Paths.get(System.getProperty("basedir", "."), "../../tests/golden/notes.json");
        String json = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        return JsonParser.parseString(json).getAsJsonObject();
    }

    static List<Golden> notes() throws IOException {
        List<Golden> notes = new ArrayList<>();
        for (JsonElement note : file().getAsJsonArray("notes")) {
            if (!note.getAsJsonObject().has("bytes")) {
                notes.add(new Golden(note.getAsJsonObject()));
            }
        }
        return notes;
    }

    @Override
    public String toString() {
        return name;
    }
}
