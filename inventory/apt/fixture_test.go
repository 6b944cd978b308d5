package apt_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/apt"
)

var update = flag.Bool("update", false, "write what is found to the fixtures as what is wanted")

// at is when the fixtures are looked at.
var at = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// expand writes out the two shorthands of the fixtures:
//
//	INSTALLED name name=source ...
//	OFFERED version name name=source ...
func expand(data string) string {
	var out strings.Builder
	for line := range strings.Lines(data) {
		words := strings.Fields(line)
		status, version := "Status: install ok installed\n", "1.0"
		switch {
		case len(words) > 1 && words[0] == "INSTALLED":
			words = words[1:]
		case len(words) > 2 && words[0] == "OFFERED":
			status, version, words = "", words[1], words[2:]
		default:
			out.WriteString(line)
			continue
		}
		for _, w := range words {
			name, source, _ := strings.Cut(w, "=")
			fmt.Fprintf(&out, "Package: %s\n%sArchitecture: amd64\nVersion: %s\n", name, status, version)
			if source != "" {
				fmt.Fprintf(&out, "Source: %s\n", source)
			}
			out.WriteString("\n")
		}
	}
	return out.String()
}

// fixture is one machine and what is wanted of it.
type fixture struct {
	archive *txtar.Archive
	fsys    fstest.MapFS
	want    map[string]string // want, problems, notes
}

func load(t testing.TB, file string) fixture {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f := fixture{archive: archive, fsys: fstest.MapFS{}, want: map[string]string{}}
	for _, part := range archive.Files {
		switch part.Name {
		case "want", "problems", "notes":
			f.want[part.Name] = string(part.Data)
		default:
			f.fsys[part.Name] = &fstest.MapFile{Data: []byte(expand(string(part.Data))), Mode: 0o644, ModTime: at.Add(-time.Hour)}
		}
	}
	return f
}

func collect(fsys fstest.MapFS) (inventory.Result, error) {
	b := apt.Backend{Now: func() time.Time { return at }}
	return b.Collect(context.Background(), &inventory.Target{FS: fsys})
}

func show(u inventory.Update) string {
	s := fmt.Sprintf("%s:%s %s -> %s %s", u.Package, u.Arch, u.Installed, u.Version, u.Security)
	if u.SecurityVersion != "" {
		s += "=" + u.SecurityVersion
	}
	s += " [" + u.Archive + "]"
	if u.Source != u.Package || u.SourceVersion != u.Version {
		s += " source=" + u.Source + "/" + u.SourceVersion
	}
	if u.Phased != 0 {
		s += fmt.Sprintf(" phased=%d", u.Phased)
	}
	if u.Held {
		s += " held"
	}
	return s + "\n"
}

func fixtures(t *testing.T, test func(t *testing.T, file string)) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no fixtures", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { test(t, file) })
	}
}

func TestFixtures(t *testing.T) {
	fixtures(t, func(t *testing.T, file string) {
		f := load(t, file)
		result, err := collect(f.fsys)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, u := range result.Updates {
			got["want"] += show(u)
		}
		for _, p := range result.Problems {
			got["problems"] += p.Error() + "\n"
		}
		for _, n := range result.Notes {
			got["notes"] += n + "\n"
		}
		if *update {
			write(t, file, f.archive, got)
			return
		}
		if diff := cmp.Diff(f.want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func write(t *testing.T, file string, archive *txtar.Archive, got map[string]string) {
	t.Helper()
	kept := archive.Files[:0]
	for _, part := range archive.Files {
		if part.Name != "want" && part.Name != "problems" && part.Name != "notes" {
			kept = append(kept, part)
		}
	}
	archive.Files = kept
	for _, name := range []string{"want", "problems", "notes"} {
		if got[name] != "" {
			archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(got[name])})
		}
	}
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
