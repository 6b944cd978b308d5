package apt_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// seeds adds the files of the fixtures that a test takes an interest in.
func seeds(f *testing.F, wanted func(name string) bool) {
	f.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatal("no fixtures", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range archive.Files {
			if wanted(part.Name) {
				f.Add(expand(string(part.Data)))
			}
		}
	}
}

// check holds what is true of every machine: the same result twice, and updates
// only of what is installed, upwards.
func check(t *testing.T, name, data string) {
	t.Helper()
	fsys := with(with(machine(), listPath, offered), name, data)
	result, err := collect(fsys)
	again, _ := collect(fsys)
	if diff := cmp.Diff(outcome(result, nil), outcome(again, nil)); diff != "" {
		t.Errorf("two runs differ:\n%s", diff)
	}
	if err != nil && len(result.Updates) > 0 {
		t.Errorf("updates with the error %v", err)
	}
	for _, u := range result.Updates {
		if u.Installed != "1.0" || u.Version == "" || len(u.Locations) == 0 || !slices.Contains([]string{"bash", "dpkg"}, u.Package) {
			t.Errorf("update %+v", u)
		}
	}
}

func FuzzSourcesList(f *testing.F) {
	seeds(f, func(name string) bool { return strings.HasSuffix(name, ".list") })
	f.Add("deb [arch=amd64,i386 arch+=x] \"http://a b/\" ./ # x\ndeb-src cdrom:[x y]/ stable main\n")
	f.Fuzz(func(t *testing.T, data string) { check(t, "etc/apt/sources.list", data) })
}

func FuzzSourcesDeb822(f *testing.F) {
	seeds(f, func(name string) bool { return strings.HasSuffix(name, ".sources") })
	f.Fuzz(func(t *testing.T, data string) { check(t, "etc/apt/sources.list.d/x.sources", data) })
}

func FuzzPreferences(f *testing.F) {
	seeds(f, func(name string) bool { return strings.Contains(name, "preferences") })
	f.Fuzz(func(t *testing.T, data string) { check(t, "etc/apt/preferences", data) })
}

func FuzzConfig(f *testing.F) {
	seeds(f, func(name string) bool { return strings.Contains(name, "apt.conf") })
	f.Fuzz(func(t *testing.T, data string) { check(t, "etc/apt/apt.conf", data) })
}

func FuzzRelease(f *testing.F) {
	seeds(f, func(name string) bool { return strings.HasSuffix(name, "Release") })
	f.Fuzz(func(t *testing.T, data string) {
		check(t, "var/lib/apt/lists/a.example_debian_dists_stable_InRelease", data)
	})
}

// FuzzPackages reads a list as it is and from a compressed file, where it comes
// in other pieces: the result must be the same.
func FuzzPackages(f *testing.F) {
	seeds(f, func(name string) bool { return strings.HasSuffix(name, "Packages") })
	f.Add(offered + "Package: dpkg\r\nVersion: 2\r\nArchitecture: all\r\n\r\n")
	f.Fuzz(func(t *testing.T, data string) {
		check(t, listPath, data)
		plain := outcome(collect(with(machine(), listPath, data)))
		packed := outcome(collect(with(machine(), listPath+".gz", compress(".gz", data))))
		for i := range packed {
			packed[i] = strings.ReplaceAll(packed[i], listPath+".gz", listPath)
		}
		if diff := cmp.Diff(plain, packed); diff != "" {
			t.Errorf("(-plain +compressed):\n%s", diff)
		}
	})
}

func FuzzLZ4(f *testing.F) {
	linked, err := os.ReadFile("testdata/linked.lz4")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(linked))
	f.Add(string(linked[:len(linked)/2]))
	f.Add(compress(".lz4", offered))
	f.Fuzz(func(t *testing.T, data string) { check(t, listPath+".lz4", data) })
}
