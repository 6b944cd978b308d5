package host_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/keeppatched/keeppatched/inventory/host"
)

// TestSub says that a directory taken by itself shows the same files by the
// same rules, and that links in it may lead out of it but never out of the
// root.
func TestSub(t *testing.T) {
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	for name, text := range map[string]string{
		"root/etc/os-release": "ID=debian\nVERSION_ID=12\n",
		"root/etc/secret":     "inside",
		"root/secret":         "in",
		"root/info/a.list":    "a",
		"root/info/deep/b":    "b",
		"secret":              "outside the root, and longer",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{
		"info/up": "../etc/secret", "info/absolute": "/etc/secret", "info/above": "../../secret", "link": "/info",
	} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Skipf("no symbolic links: %v", err)
		}
	}
	target, err := host.Mounted(root)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, name := range []string{"info", "link"} {
		sub, err := fs.Sub(target.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		for file, size := range map[string]int64{"a.list": 1, "deep/b": 1, "up": 6, "absolute": 6, "above": 2} {
			info, err := fs.Stat(sub, file)
			if err != nil {
				t.Errorf("%s: %v", file, err)
				continue
			}
			if info.Size() != size || info.Name() != filepath.Base(file) {
				t.Errorf("%s: %s of %d bytes, want %d", file, info.Name(), info.Size(), size)
			}
		}
		if _, err := fs.Stat(sub, "missing"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("missing: %v, want fs.ErrNotExist", err)
		}
		if _, err := fs.Stat(sub, "../etc/secret"); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("a path out of the directory: %v, want fs.ErrInvalid", err)
		}
		if err := fstest.TestFS(sub, "a.list", "deep/b", "up"); err != nil {
			t.Error(err)
		}
	}
	if _, err := fs.Sub(target.FS, "info/a.list"); err == nil {
		t.Error("a file passes for a directory")
	}
	if _, err := fs.Sub(target.FS, "missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v, want fs.ErrNotExist", err)
	}
}
