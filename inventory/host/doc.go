// Package host opens a machine to take the inventory of: this one, a root
// directory (a mounted disk, the root of a container), or any fs.FS.
//
//	target, err := host.Mounted("/mnt/disk")
//	if err != nil {
//		return err
//	}
//	defer target.Close()
//
// # The file system
//
// The scanned machine may be hostile, and its symbolic links mean its own root,
// not the scanner's. [Live] and [Mounted] read through a file system that
// resolves them as chroot(2) does: an absolute link starts again at the root,
// ".." stays at the root, and nothing outside can be reached, also when links
// change while they are followed. Only regular files and directories can be
// opened, so that no FIFO blocks the scan and no device answers it. Lengths and
// counts are limited; a limit that is reached is an error that says so.
//
// # The facts
//
// The operating system is what os-release(5) says, or an older release file
// where there is none. Running kernel, boot time and container are facts of a
// running system: a root that is not running has none. What could not be read is
// in the target's Problems, next to what could. Texts that come from the machine
// are short and printable in whatever is made of them: other characters are
// replaced, and a problem says so.
package host
