import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;

/**
 * Puts the native library where the jar takes it from, and writes the class that knows its SHA-256.
 *
 * <p>Arguments: version, folder of the library, folder of resources, folder of generated sources.
 */
public final class PackageNative {
    public static void main(String[] arguments) throws Exception {
        String version = arguments[0];
        String name = System.mapLibraryName("drugner_jni");
        Path library = Path.of(arguments[1], name);
        String platform = platform();
        Path resource = Path.of(arguments[2], "META-INF", "native", platform, name);
        Files.createDirectories(resource.getParent());
        Files.copy(library, resource, StandardCopyOption.REPLACE_EXISTING);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(resource));
        String source =
                """
                package org.drugner;

                /** The native libraries of this jar; written by the build. */
                final class NativeFiles {
                    static final String VERSION = "%s";
                    static final String PLATFORMS = "%s";

                    private NativeFiles() {}

                    /** Null for a platform that the jar has no library for. */
                    static String sha256(String platform) {
                        return platform.equals(PLATFORMS) ? "%s" : null;
                    }
                }
                """
                        .formatted(version, platform, HexFormat.of().formatHex(digest));
        Path file = Path.of(arguments[3], "org", "drugner", "NativeFiles.java");
        Files.createDirectories(file.getParent());
        // An unchanged file is left alone, so that nothing is compiled anew.
        if (!Files.exists(file) || !Files.readString(file).equals(source)) {
            Files.writeString(file, source);
        }
    }

    /** As the class Platform names this machine. */
    private static String platform() throws IOException {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String system = os.startsWith("windows") ? "windows" : os.startsWith("mac") ? "macos" : os;
        String arch = System.getProperty("os.arch");
        String processor = arch.equals("amd64") ? "x86_64" : arch.equals("arm64") ? "aarch64" : arch;
        Path maps = Path.of("/proc/self/maps");
        boolean musl = system.equals("linux") && Files.readString(maps).contains("/ld-musl-");
        return system + "-" + processor + (musl ? "-musl" : "");
    }
}
