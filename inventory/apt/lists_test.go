package apt_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/apt"
	"github.com/keeppatched/keeppatched/inventory/inventorytest"
)

const (
	listPath = "var/lib/apt/lists/a.example_debian_dists_stable_main_binary-amd64_Packages"
	offered  = "Package: bash\nVersion: 1.1\nArchitecture: amd64\n\n"
)

// machine is a small machine with one source, of which the list is to be added.
func machine() fstest.MapFS {
	return inventorytest.FS(`
-- etc/apt/sources.list --
deb http://a.example/debian stable main
-- var/lib/dpkg/status --
Package: dpkg
Status: install ok installed
Architecture: amd64
Version: 1.0

Package: bash
Status: install ok installed
Architecture: amd64
Version: 1.0

-- var/lib/apt/lists/a.example_debian_dists_stable_InRelease --
Origin: A
Label: A
Suite: stable
Codename: stable
Date: Sat, 21 Nov 2026 02:10:46 UTC
Components: main
`)
}

func with(fsys fstest.MapFS, name, data string) fstest.MapFS {
	fsys[name] = &fstest.MapFile{Data: []byte(data), Mode: 0o644}
	return fsys
}

// outcome is a result in words.
func outcome(result inventory.Result, err error) (lines []string) {
	for _, u := range result.Updates {
		lines = append(lines, "update "+strings.TrimSpace(show(u)))
	}
	for _, p := range result.Problems {
		lines = append(lines, "problem "+p.Error())
	}
	for _, n := range result.Notes {
		lines = append(lines, "note "+n)
	}
	if err != nil {
		lines = append(lines, "error "+err.Error())
	}
	return lines
}

// compressors write what the backend unpacks. bzip2 has no writer in Go.
var compressors = map[string]func(io.Writer) io.WriteCloser{
	".gz":  func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
	".lz4": func(w io.Writer) io.WriteCloser { return lz4.NewWriter(w) },
	".zst": func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w)
		return must(z, err)
	},
	".xz": func(w io.Writer) io.WriteCloser {
		z, err := xz.NewWriter(w)
		return must(z, err)
	},
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func compress(extension, text string) string {
	var b bytes.Buffer
	z := compressors[extension](&b)
	must(io.WriteString(z, text))
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

var found = []string{
	"update bash:amd64 1.0 -> 1.1 unknown [A:stable]",
	"note A:stable: list of 2026-11-21",
}

func TestCompressed(t *testing.T) {
	for extension := range compressors {
		t.Run(extension, func(t *testing.T) {
			got := outcome(collect(with(machine(), listPath+extension, compress(extension, offered))))
			if diff := cmp.Diff(found, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestBzip2(t *testing.T) {
	cmd := exec.Command("bzip2")
	cmd.Stdin = strings.NewReader(offered)
	packed, err := cmd.Output()
	if err != nil {
		t.Skipf("no bzip2 to make a list with: %v", err)
	}
	got := outcome(collect(with(machine(), listPath+".bz2", string(packed))))
	if diff := cmp.Diff(found, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestCut cuts compressed lists everywhere: it must never look like a list with
// nothing in it.
func TestCut(t *testing.T) {
	lists := map[string]string{}
	for extension := range compressors {
		lists[extension] = compress(extension, offered)
	}
	for extension, whole := range lists {
		for n := range len(whole) {
			result, err := collect(with(machine(), listPath+extension, whole[:n]))
			if err == nil && len(result.Problems) == 0 {
				t.Errorf("%s cut to %d of %d bytes: no error and no problem", extension, n, len(whole))
			}
		}
	}
}

// linked is a list as apt stores it: an LZ4 frame of blocks that copy from the
// ones before them.
func linked(t testing.TB) string {
	t.Helper()
	return string(must(os.ReadFile("testdata/linked.lz4")))
}

func TestLinkedBlocks(t *testing.T) {
	got := outcome(collect(with(machine(), listPath+".lz4", linked(t))))
	want := []string{"update bash:amd64 1.0 -> 5.2 unknown [A:stable]", found[1]}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLinkedBlocksDamaged(t *testing.T) {
	whole := linked(t)
	for n := 0; n < len(whole); n += 13 {
		result, err := collect(with(machine(), listPath+".lz4", whole[:n]))
		if err == nil && len(result.Problems) == 0 {
			t.Errorf("cut to %d of %d bytes: no error and no problem", n, len(whole))
		}
	}
	result, _ := collect(with(machine(), listPath+".lz4", whole+"more"))
	if len(result.Problems) != 1 || len(result.Updates) != 1 {
		t.Errorf("bytes after the frame: %q, want one problem and one update", outcome(result, nil))
	}
}

func TestBomb(t *testing.T) {
	if testing.Short() {
		t.Skip("unpacks a gigabyte")
	}
	var b bytes.Buffer
	z := must(zstd.NewWriter(&b))
	line := bytes.Repeat([]byte("x"), 1<<20)
	line[len(line)-1] = '\n'
	for range 1<<10 + 1 {
		must(z.Write(line))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	result, err := collect(with(machine(), listPath+".zst", b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(result.Problems); !strings.Contains(got, "larger than the limit of 1073741824 bytes") {
		t.Errorf("problems are %s, want one about the limit", got)
	}
}

func TestAbsent(t *testing.T) {
	dpkgOnly := fstest.MapFS{"var/lib/dpkg/status": machine()["var/lib/dpkg/status"]}
	aptOnly := fstest.MapFS{"etc/apt/sources.list": {Data: []byte("deb http://a.example/ stable main\n")}}
	for name, fsys := range map[string]fstest.MapFS{"nothing": {}, "dpkg only": dpkgOnly, "apt only": aptOnly} {
		result, err := collect(fsys)
		if !errors.Is(err, inventory.ErrAbsent) || len(outcome(result, nil)) > 0 {
			t.Errorf("%s: %q, want ErrAbsent and no more", name, outcome(result, err))
		}
	}
}

// TestNoLists: an image without lists is not one without updates.
func TestNoLists(t *testing.T) {
	slim := machine()
	delete(slim, "var/lib/apt/lists/a.example_debian_dists_stable_InRelease")
	unconfigured := with(machine(), listPath, offered)
	delete(unconfigured, "etc/apt/sources.list")
	for name, fsys := range map[string]fstest.MapFS{"slim": slim, "release only": machine(), "no sources": unconfigured} {
		result, err := collect(fsys)
		if !errors.Is(err, apt.ErrNoLists) || errors.Is(err, inventory.ErrAbsent) || len(result.Updates) > 0 {
			t.Errorf("%s: %q, want ErrNoLists", name, outcome(result, err))
		}
	}
}

// TestXZ reads what xz itself writes, in one block and in many.
func TestXZ(t *testing.T) {
	text := strings.Repeat("Package: filler\nVersion: 1.0\nArchitecture: amd64\n\n", 20_000) + offered
	for _, args := range []string{"-0", "-6", "-9", "--check=none", "--check=crc32", "-0 --block-size=65536", "-0 -T2 --block-size=300000"} {
		cmd := exec.Command("xz", strings.Fields(args)...)
		cmd.Stdin = strings.NewReader(text)
		packed, err := cmd.Output()
		if err != nil {
			t.Skipf("no xz to make a list with: %v", err)
		}
		if diff := cmp.Diff(found, outcome(collect(with(machine(), listPath+".xz", string(packed))))); diff != "" {
			t.Errorf("xz %s: (-want +got):\n%s", args, diff)
		}
	}
}

// TestLZ4 reads frames of other kinds than apt's: a server may have packed them.
func TestLZ4(t *testing.T) {
	text := strings.Repeat("Package: filler\nVersion: 1.0\nArchitecture: amd64\n\n", 20_000) + offered
	for _, args := range []string{"-1", "-9 -B4", "-B5 -BX", "-B7 -BD", "-B4 -BD --content-size", "-B4 -BD --no-frame-crc"} {
		cmd := exec.Command("lz4", append(strings.Fields(args), "-c")...)
		cmd.Stdin = strings.NewReader(text)
		packed, err := cmd.Output()
		if err != nil {
			t.Skipf("no lz4 to make a list with: %v", err)
		}
		if diff := cmp.Diff(found, outcome(collect(with(machine(), listPath+".lz4", string(packed))))); diff != "" {
			t.Errorf("lz4 %s: (-want +got):\n%s", args, diff)
		}
	}
}

// TestWithoutDpkg: images are made from outside, without dpkg in them. Pins
// still are for the architecture that the packages have.
func TestWithoutDpkg(t *testing.T) {
	fsys := with(machine(), listPath, "Package: bash\nVersion: 1.1\nArchitecture: all\n\n")
	with(fsys, "var/lib/dpkg/status", "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0\n\n")
	if diff := cmp.Diff(found, outcome(collect(fsys))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	with(fsys, "etc/apt/preferences", "Package: bash\nPin: release o=A\nPin-Priority: -1\n")
	if diff := cmp.Diff(found[1:], outcome(collect(fsys))); diff != "" {
		t.Errorf("pinned: (-want +got):\n%s", diff)
	}
}
