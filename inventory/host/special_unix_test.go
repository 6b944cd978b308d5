//go:build unix

package host_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/keeppatched/keeppatched/inventory/host"
	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

func TestSpecialFiles(t *testing.T) {
	root := tree(t, "etc/os-release", "link -> /pipe")
	if err := syscall.Mkfifo(filepath.Join(root, "pipe"), 0o644); err != nil {
		t.Skip("no FIFOs here: ", err)
	}
	if err := syscall.Mkfifo(filepath.Join(root, "usr"), 0o644); err != nil {
		t.Fatal(err)
	}
	names := []string{"pipe", "link"}
	// A character device 1:5 is an endless source of zeros; making one needs root.
	if err := syscall.Mknod(filepath.Join(root, "zero"), syscall.S_IFCHR|0o666, 1<<8|5); err == nil {
		names = append(names, "zero")
	}
	fsys := mount(t, root)
	for _, name := range names {
		if _, err := fsys.Open(name); !errors.Is(err, host.ErrNotRegular) {
			t.Errorf("Open(%q) gives %v, want ErrNotRegular", name, err)
		}
		if _, err := read.File(fsys, name, 100); !errors.Is(err, read.ErrNotRegular) {
			t.Errorf("read.File(%q) gives %v, want ErrNotRegular", name, err)
		}
		if info, err := fs.Stat(fsys, name); err != nil || info.Mode().IsRegular() {
			t.Errorf("Stat(%q) = %v, %v, want its description", name, info, err)
		}
	}
}

func TestUnreadableFile(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root reads every file")
	}
	root := tree(t, "usr/lib/os-release", "etc/os-release")
	if err := os.Chmod(filepath.Join(root, "etc", "os-release"), 0); err != nil {
		t.Fatal(err)
	}
	target, err := host.Mounted(root)
	if err != nil {
		t.Fatal(err)
	}
	defer closeTarget(t, target)
	if len(target.Problems) == 0 || !errors.Is(target.Problems[0], fs.ErrPermission) {
		t.Errorf("problems %v, want fs.ErrPermission first", target.Problems)
	}
}

// TestRace swaps a directory for a link to the outside while the file in it is
// opened, over and over. Whatever the opener sees, it is not the outside.
func TestRace(t *testing.T) {
	root := tree(t, "etc/os-release", "a/secret", "b -> ../..")
	fsys := mount(t, root)
	dir, other, aside := filepath.Join(root, "a"), filepath.Join(root, "b"), filepath.Join(root, "c")
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				_ = os.Rename(dir, aside)
				_ = os.Rename(other, dir)
				_ = os.Rename(dir, other)
				_ = os.Rename(aside, dir)
			}
		}
	}()
	for range 3000 {
		if got, err := fs.ReadFile(fsys, "a/secret"); err == nil && string(got) != "a/secret" {
			t.Errorf("read %q", got)
			break
		}
	}
	close(stop)
	<-done
}
