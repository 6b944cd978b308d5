package osvdb_test

import (
	"archive/zip"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/keeppatched/keeppatched/advisories/osvdb"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if sharedFile != "" {
		_ = os.RemoveAll(filepath.Dir(sharedFile))
	}
	os.Exit(code)
}

// sharedDir gives the folder of real data that may lie beside the project.
func sharedDir(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			shared := filepath.Join(filepath.Dir(dir), "shared")
			if _, err := os.Stat(filepath.Join(shared, "osv")); err == nil {
				return shared
			}
			break
		}
		dir = filepath.Dir(dir)
	}
	t.Skip("no folder of real advisories beside the project")
	return ""
}

var (
	sharedFile string
	sharedOnce sync.Once
	sharedErr  error
)

// sharedDB opens a database of all real advisories, built once.
func sharedDB(t testing.TB) *osvdb.DB {
	t.Helper()
	src := os.DirFS(filepath.Join(sharedDir(t), "osv"))
	sharedOnce.Do(func() {
		dir, err := os.MkdirTemp("", "osvdb")
		if err != nil {
			sharedErr = err
			return
		}
		sharedFile = filepath.Join(dir, "all.osvdb")
		_, sharedErr = osvdb.Build(context.Background(), sharedFile, src, osvdb.BuildOptions{})
	})
	if sharedErr != nil {
		t.Fatal(sharedErr)
	}
	return mustOpen(t, sharedFile)
}

func mustOpen(t testing.TB, path string) *osvdb.DB {
	t.Helper()
	db, err := osvdb.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// realRecords calls do with each record of the real advisories.
func realRecords(t testing.TB, do func(entry string, raw []byte)) {
	t.Helper()
	zips, err := filepath.Glob(filepath.Join(sharedDir(t), "osv", "*", "all.zip"))
	if err != nil || len(zips) == 0 {
		t.Fatal("no zips", err)
	}
	for _, path := range zips {
		z, err := zip.OpenReader(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			raw, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			do(f.Name, raw)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// hostQueries are those of a host of 700 AlmaLinux packages: the affected ones
// of a real list, and others that are up to date.
func hostQueries(t testing.TB) []query {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(sharedDir(t), "hosts", "almalinux8", "expected.json"))
	if err != nil {
		t.Skip(err)
	}
	var expected map[string][]string
	if err := json.Unmarshal(raw, &expected); err != nil {
		t.Fatal(err)
	}
	return append(affectedQueries(expected), currentQueries(t, expected, 700-len(expected))...)
}
