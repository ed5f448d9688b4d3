package org.drugner.examples;

import org.drugner.Model;
import org.drugner.Recognizer;

/** The model of this JVM, opened by the first task that needs it: driver and executors have one each, all tasks share it. */
final class SharedModel {
    private static final class Holder {
        // Never closed: it lives as long as the executor.
        static final Model MODEL = Model.open();
    }

    private SharedModel() {}

    static Recognizer newRecognizer() {
        return Holder.MODEL.newRecognizer();
    }
}
