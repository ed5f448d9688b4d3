package org.drugner;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A pointer to a native object and the lock under which it is used and freed. Every native call with the pointer happens
 * in {@code synchronized (handle)}, so closing waits for it.
 *
 * <p>The handle of an owner that was forgotten is closed when a later handle is made or closed: owners are watched by
 * phantom references, and no thread is started for that.
 */
final class Handle {
    /** Frees a native object. Must not refer to the owner. */
    interface Free {
        void free(long pointer);
    }

    private static final class Watch extends PhantomReference<Object> {
        final Handle handle;

        Watch(Object owner, Handle handle) {
            super(owner, FORGOTTEN);
            this.handle = handle;
        }
    }

    private static final ReferenceQueue<Object> FORGOTTEN = new ReferenceQueue<>();
    /** Keeps the watches reachable. */
    private static final Set<Watch> OPEN = ConcurrentHashMap.newKeySet();

    private final Free free;
    private final Watch watch;
    private long pointer;

    Handle(Object owner, long pointer, Free free) {
        closeForgotten();
        this.pointer = pointer;
        this.free = free;
        this.watch = new Watch(owner, this);
        OPEN.add(watch);
    }

    /** The pointer. The caller holds this lock as long as it uses it. */
    long pointer() {
        if (pointer == 0) {
            throw new IllegalStateException("closed");
        }
        return pointer;
    }

    /** Waits for the call that runs, and frees the native object unless that has been done. */
    void close() {
        free();
        closeForgotten();
    }

    private synchronized void free() {
        if (pointer != 0) {
            free.free(pointer);
            pointer = 0;
            OPEN.remove(watch);
            watch.clear();
        }
    }

    static void closeForgotten() {
        for (Reference<?> found; (found = FORGOTTEN.poll()) != null; ) {
            ((Watch) found).handle.free();
        }
    }

    /** Number of native objects not yet freed. */
    static int open() {
        return OPEN.size();
    }
}
