package org.drugner;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Function;

/**
 * Recognizers for a thread pool: each call borrows one, makes one if all are in use and fewer than {@code most} exist, and
 * waits otherwise. Any thread may call any method.
 *
 * <p>{@link #close()} wakes threads that wait; they and later calls throw {@link IllegalStateException}. Calls that run
 * finish unharmed.
 */
public final class RecognizerPool implements AutoCloseable {
    private final Model model;
    private final Recognizer.Options options;
    private final int most;
    private final ArrayDeque<Recognizer> idle = new ArrayDeque<>();
    private int made;
    private boolean closed;

    /** A pool of at most {@code most} recognizers with default options. The model stays the caller's to close. */
    public RecognizerPool(Model model, int most) {
        this(model, most, new Recognizer.Options());
    }

    /** A pool of at most {@code most} recognizers. */
    public RecognizerPool(Model model, int most, Recognizer.Options options) {
        if (most < 1) {
            throw new IllegalArgumentException("a pool needs at least one recognizer");
        }
        this.model = model;
        this.most = most;
        this.options = options;
    }

    /** {@link Recognizer#find(CharSequence)} on a recognizer of the pool. */
    public List<Mention> find(CharSequence text) {
        return with(recognizer -> recognizer.find(text));
    }

    /** {@link Recognizer#find(CharSequence, Mentions)} on a recognizer of the pool. */
    public int find(CharSequence text, Mentions out) {
        Recognizer recognizer = borrow();
        try {
            return recognizer.find(text, out);
        } finally {
            giveBack(recognizer);
        }
    }

    /** Runs {@code work} with a recognizer of the pool, which it must not keep. */
    public <T> T with(Function<? super Recognizer, ? extends T> work) {
        Recognizer recognizer = borrow();
        try {
            return work.apply(recognizer);
        } finally {
            giveBack(recognizer);
        }
    }

    private Recognizer borrow() {
        synchronized (this) {
            boolean interrupted = false;
            try {
                while (!closed && idle.isEmpty() && made == most) {
                    try {
                        wait();
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
            if (closed) {
                throw new IllegalStateException("closed");
            }
            if (!idle.isEmpty()) {
                return idle.pop();
            }
            made++;
        }
        Recognizer recognizer = null;
        try {
            recognizer = model.newRecognizer(options);
            return recognizer;
        } finally {
            if (recognizer == null) {
                synchronized (this) {
                    made--;
                    notify();
                }
            }
        }
    }

    private void giveBack(Recognizer recognizer) {
        synchronized (this) {
            if (!closed) {
                idle.push(recognizer);
                notify();
                return;
            }
        }
        recognizer.close();
    }

    /** Closes the recognizers that are idle now, and the others when they come back. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        // Nobody takes from a closed pool any more.
        for (Recognizer recognizer; (recognizer = poll()) != null; ) {
            recognizer.close();
        }
    }

    private synchronized Recognizer poll() {
        return idle.poll();
    }
}
