package host_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// kernelReads reads a file as the kernel resolves its path below a root: the
// oracle of what chroot rules are (openat2(2), RESOLVE_IN_ROOT).
func kernelReads(t *testing.T, root, name string) (string, error) {
	t.Helper()
	dir, err := os.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = dir.Close() }()
	fd, err := unix.Openat2(int(dir.Fd()), name, &unix.OpenHow{
		Flags: unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NONBLOCK, Resolve: unix.RESOLVE_IN_ROOT})
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) {
		t.Skip("no openat2 here: ", err)
	}
	if err != nil {
		return "", err
	}
	f := os.NewFile(uintptr(fd), name)
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if info.IsDir() {
		return "a directory", nil
	}
	data, err := io.ReadAll(f)
	return string(data), err
}

func ourReads(fsys fs.FS, name string) (string, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		return "a directory", nil
	}
	data, err := fs.ReadFile(fsys, name)
	return string(data), err
}

// agree makes a root of links, one a line as "NAME TARGET", and reads every name
// in it as the kernel would.
func agree(t *testing.T, links string) {
	t.Helper()
	outside := t.TempDir()
	root := filepath.Join(outside, "machine", "root")
	write(t, filepath.Join(outside, "secret"), "outside")
	write(t, filepath.Join(outside, "machine", "secret"), "outside")
	write(t, filepath.Join(root, "f"), "inside f")
	write(t, filepath.Join(root, "d", "f"), "inside d/f")
	write(t, filepath.Join(root, "etc", "os-release"), "ID=x")
	names := []string{"f", "d/f"}
	for line := range strings.Lines(links) {
		name, target, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		// Only below real directories: the test must not escape either.
		parent := filepath.Dir(filepath.Join(root, name))
		if resolved, err := filepath.EvalSymlinks(parent); !fs.ValidPath(name) || err != nil || resolved != parent {
			continue
		}
		if os.Symlink(target, filepath.Join(root, name)) == nil {
			names = append(names, name, name+"/f", name+"/secret")
		}
	}
	fsys := mount(t, root)
	for _, name := range names {
		want, wantErr := kernelReads(t, root, name)
		got, err := ourReads(fsys, name)
		if got == "outside" {
			t.Fatalf("%q escapes with the links\n%s", name, links)
		}
		if got != want || (err == nil) != (wantErr == nil) {
			t.Errorf("%q: %q, %v, the kernel reads %q, %v with the links\n%s", name, got, err, want, wantErr, links)
		}
	}
}

// TestLinksAsTheKernel compares trees of random links.
func TestLinksAsTheKernel(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	words := []string{"a", "b", "c", "d", "f", "d/a", "d/b", "d/f", "secret", "..", "..", ".", "", "gone"}
	pick := func() string { return words[rnd.IntN(len(words))] }
	for range 100 {
		var links strings.Builder
		for range 6 {
			target := pick()
			for range rnd.IntN(6) {
				target += "/" + pick()
			}
			fmt.Fprintf(&links, "%s %s\n", words[rnd.IntN(7)], target)
		}
		agree(t, links.String())
	}
}

// FuzzLinks lets the fuzzer write the links.
func FuzzLinks(f *testing.F) {
	for _, seed := range []string{
		"a /secret\nb ../../secret\nc d/e\nd/e ../../../secret\n",
		"a b\nb a\n", "a a/b\n", "d/up ..\nd/up2 /d/up/../secret\n", "a f/\nb f/.\nc d/./f/..\n", "a //d//\nb a/f\n",
		"a d/../../d/f\nb /a/../a\nc /..\n", "d/x ../f\na d/x/../f\n", "a .\nb a/a/a/a/a/f\n", "l1 l2\nl2 l3\nl3 l4\nl4 f\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, links string) {
		if len(links) > 500 {
			t.Skip("long")
		}
		agree(t, links)
	})
}

// A file that is written to while it is read.
func TestGrowingFile(t *testing.T) {
	root := tree(t, "etc/os-release", "log")
	fsys := mount(t, root)
	f, err := fsys.Open("log")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	write(t, filepath.Join(root, "log"), strings.Repeat("x", 100))
	data, err := io.ReadAll(f)
	if err != nil || len(data) != 100 {
		t.Errorf("%d bytes, %v, want what the file holds now", len(data), err)
	}
}
