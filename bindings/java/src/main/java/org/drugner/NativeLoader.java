package org.drugner;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Loads the native library, in this order:
 *
 * <ol>
 *   <li>the file that the system property {@code drugner.native.path} names, and nothing else if it is set;
 *   <li>{@code drugner_jni} on {@code java.library.path};
 *   <li>the library inside the jar, extracted to a new folder that only this user can enter, inside the folder
 *       {@code drugner.native.dir} or {@code java.io.tmpdir}. Its SHA-256 must be the one compiled into these classes. The
 *       file is deleted as soon as it is loaded, where the system allows that.
 * </ol>
 *
 * Every class loader extracts a file of its own, so several web applications of one server do not meet.
 */
final class NativeLoader {
    static final String PATH = "drugner.native.path";
    static final String DIR = "drugner.native.dir";
    /** Binary interface of the C API that {@link Native} was written for. */
    private static final int ABI_VERSION = 1;

    private static boolean loaded;
    private static UnsatisfiedLinkError failure;

    private NativeLoader() {}

    static synchronized void load() {
        if (loaded) {
            return;
        }
        if (failure == null) {
            try {
                String from = find();
                check(from);
                loaded = true;
                return;
            } catch (UnsatisfiedLinkError e) {
                failure = e;
            }
        }
        throw error(failure.getMessage(), failure);
    }

    /** Loads the library and says where it came from. */
    private static String find() {
        String path = System.getProperty(PATH);
        if (path != null) {
            try {
                System.load(Paths.get(path).toAbsolutePath().toString());
            } catch (UnsatisfiedLinkError | InvalidPathException e) {
                throw error("the system property " + PATH + " is set to " + path + ": " + e.getMessage(), e);
            }
            return path;
        }
        try {
            System.loadLibrary("drugner_jni");
            return "java.library.path";
        } catch (UnsatisfiedLinkError notOnPath) {
            try {
                return extracted();
            } catch (UnsatisfiedLinkError e) {
                e.addSuppressed(notOnPath);
                throw e;
            }
        }
    }

    /** Compares the versions of the library and of these classes. */
    private static void check(String from) {
        String version;
        try {
            if (Native.abiVersion() != ABI_VERSION) {
                throw error("the native library from " + from + " has another binary interface than this jar", null);
            }
            byte[] bytes = new byte[64];
            version = new String(bytes, 0, Math.min(Native.version(bytes), bytes.length), StandardCharsets.US_ASCII);
        } catch (UnsatisfiedLinkError e) {
            throw error("the native library from " + from + " does not fit this jar: " + e.getMessage(), e);
        }
        if (!version.equals(NativeFiles.VERSION)) {
            String versions = "version " + version + ", this jar needs " + NativeFiles.VERSION;
            throw error("the native library from " + from + " has " + versions, null);
        }
    }

    private static String extracted() {
        String platform = Platform.name();
        String name = System.mapLibraryName("drugner_jni");
        String resource = "/META-INF/native/" + platform + "/" + name;
        String sha256 = NativeFiles.sha256(platform);
        Path base = Paths.get(System.getProperty(DIR, System.getProperty("java.io.tmpdir")));
        Path folder = null;
        Path file = null;
        try (InputStream library = sha256 == null ? null : NativeLoader.class.getResourceAsStream(resource)) {
            if (library == null) {
                String musl = platform.endsWith("-musl") ? ", a system with musl instead of glibc, such as Alpine" : "";
                throw error(
                        "this jar has no native library for " + platform + musl + ". It has: " + NativeFiles.PLATFORMS
                                + ". Build one on this system and name it in the system property " + PATH,
                        null);
            }
            // Created for this user alone.
            folder = Files.createTempDirectory(base, "drugner-");
            file = folder.resolve(NativeFiles.VERSION + "-" + sha256.substring(0, 16) + "-" + name);
            Files.copy(library, file);
            if (!sha256(file).equals(sha256)) {
                throw error("the native library in the jar, or its copy " + file + ", is damaged: wrong SHA-256", null);
            }
            System.load(file.toAbsolutePath().toString());
            return resource;
        } catch (IOException e) {
            throw error(
                    "cannot extract the native library to " + base + ": " + e + ". Name a folder that can be written "
                            + "in the system property " + DIR,
                    e);
        } catch (UnsatisfiedLinkError e) {
            if (file == null || e.getCause() != null || !Files.exists(file)) {
                throw e;
            }
            throw error(explain(e.getMessage(), base, platform), e);
        } finally {
            delete(file);
            delete(folder);
        }
    }

    private static String explain(String message, Path base, String platform) {
        String mount = Platform.noexecMount(base);
        if (mount != null) {
            return "libraries cannot be loaded from " + base + ", because " + mount + " is mounted noexec. Name a folder on "
                    + "another file system in the system property " + DIR + ", or install the library and name it in " + PATH
                    + " (" + message + ")";
        }
        return "the native library for " + platform + " cannot be loaded from " + base + ": " + message;
    }

    private static void delete(Path path) {
        if (path != null) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                // Windows keeps loaded libraries.
                path.toFile().deleteOnExit();
            }
        }
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
        byte[] block = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read; (read = in.read(block)) >= 0; ) {
                digest.update(block, 0, read);
            }
        }
        return Hex.of(digest.digest());
    }

    private static UnsatisfiedLinkError error(String message, Throwable cause) {
        UnsatisfiedLinkError error = new UnsatisfiedLinkError(message);
        error.initCause(cause);
        return error;
    }
}
