package org.drugner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.nio.file.Paths;
import org.junit.jupiter.api.Test;

class PlatformTest {
    @Test
    void names() {
        assertEquals("linux-x86_64", Platform.name("linux", "amd64", false));
        assertEquals("linux-aarch64-musl", Platform.name("linux", "aarch64", true));
        assertEquals("windows-x86_64", Platform.name("windows server 2022", "amd64", false));
        assertEquals("macos-aarch64", Platform.name("mac os x", "arm64", false));
    }

    @Test
    void musl() {
        String glibc = "7f00-7f01 r-xp 00000000 08:01 1 /usr/lib/x86_64-linux-gnu/libc.so.6\n";
        String musl = "7f00-7f01 r-xp 00000000 08:01 1 /lib/ld-musl-x86_64.so.1\n";
        assertFalse(Platform.isMusl(glibc));
        assertTrue(Platform.isMusl(glibc.substring(0, 0) + musl));
    }

    @Test
    void noexec() {
        String mounts =
                "overlay / overlay rw,relatime 0 0\n"
                        + "tmpfs /tmp tmpfs rw,nosuid,nodev,noexec 0 0\n"
                        + "tmpfs /tmp/run tmpfs rw 0 0\n"
                        + "tmpfs /with\\040blank tmpfs noexec,rw 0 0\n"
                        + "tmpfs /twice tmpfs noexec 0 0\n"
                        + "tmpfs /twice tmpfs rw 0 0\n";
        assertEquals("/tmp", Platform.noexecMount(path("/tmp/drugner-1"), mounts));
        assertEquals("/with blank", Platform.noexecMount(path("/with blank/x"), mounts));
        assertNull(Platform.noexecMount(path("/tmp/run/x"), mounts));
        assertNull(Platform.noexecMount(path("/tmpx"), mounts));
        assertNull(Platform.noexecMount(path("/twice"), mounts));
        assertNull(Platform.noexecMount(path("/tmp"), ""));
    }

    private static Path path(String path) {
        return Paths.get(path);
    }
}
