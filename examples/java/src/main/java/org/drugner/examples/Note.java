package org.drugner.examples;

import java.util.ArrayList;
import java.util.List;

/**
 * The text of a message that is tagged at once, put together from pieces: a sentence of a report often goes on in the next
 * field. Remembers where each piece came from.
 */
final class Note {
    private record Piece(int start, String place) {}

    private final StringBuilder text = new StringBuilder();
    private final List<Piece> pieces = new ArrayList<>();

    /** Appends a piece on a line of its own. */
    void add(String place, String piece) {
        if (!pieces.isEmpty()) {
            text.append('\n');
        }
        pieces.add(new Piece(text.length(), place));
        text.append(piece);
    }

    String text() {
        return text.toString();
    }

    /**
     * Where in the message a unit of the text stands: {@code OBX[2]-5(1) at 17}. Units are counted in the decoded piece,
     * without escapes.
     */
    String place(int unit) {
        Piece found = pieces.get(0);
        for (Piece piece : pieces) {
            if (piece.start <= unit) {
                found = piece;
            }
        }
        return found.place + " at " + (unit - found.start);
    }
}
