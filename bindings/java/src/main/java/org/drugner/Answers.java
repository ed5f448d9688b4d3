package org.drugner;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The best answers to one sentence of a text. See {@link Recognizer#nbest}. */
public final class Answers {
    /** Numbers that {@link Native#nbest} writes before the answers. */
    static final int HEAD = 4;
    /** Numbers that it writes for each answer. */
    static final int FIELDS = 2;
    /** Most answers that the library gives. */
    static final int MOST = 8;

    private final int start;
    private final int end;
    private final int flags;
    private final List<Answer> list;

    /** Takes what {@link Native#nbest} wrote, and the mentions of all answers, answer by answer. */
    Answers(int[] head, List<Mention> mentions) {
        start = head[0];
        end = head[1];
        flags = head[2];
        int count = head[3];
        List<Answer> answers = new ArrayList<>(count);
        int from = 0;
        for (int i = 0; i < count; i++) {
            int to = from + head[HEAD + i * FIELDS];
            float probability = Float.intBitsToFloat(head[HEAD + i * FIELDS + 1]);
            List<Mention> own = new ArrayList<>(mentions.subList(from, to));
            answers.add(new Answer(probability, Collections.unmodifiableList(own)));
            from = to;
        }
        list = Collections.unmodifiableList(answers);
    }

    /** The answers, the most probable first, no two the same; empty only behind the last sentence. */
    public List<Answer> list() {
        return list;
    }

    /** Index of the first unit of the sentence; the length of the text behind the last sentence. */
    public int start() {
        return start;
    }

    /** Index behind the last unit of the sentence: where the next call goes on. */
    public int end() {
        return end;
    }

    /** Whether the text up to {@link #end()} had lone surrogates. */
    public boolean invalidTextSeen() {
        return (flags & 1) != 0;
    }

    /** Whether this is a part of a sentence that was too long for the network to read at once. */
    public boolean sentenceCut() {
        return (flags & 2) != 0;
    }
}
