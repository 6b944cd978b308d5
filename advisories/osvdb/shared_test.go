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

	"github.com/keeppatched/keeppatched/advisories/internal/osvtest"
	"github.com/keeppatched/keeppatched/advisories/osvdb"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if sharedFile != "" {
		_ = os.RemoveAll(filepath.Dir(sharedFile))
	}
	os.Exit(code)
}

var (
	sharedFile string
	sharedOnce sync.Once
	sharedErr  error
)

// sharedDB opens a database of all real advisories, built once.
func sharedDB(t testing.TB) *osvdb.DB {
	t.Helper()
	src := os.DirFS(osvtest.Shared(t, "osv"))
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
	zips, err := filepath.Glob(filepath.Join(osvtest.Shared(t, "osv"), "*", "all.zip"))
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
	raw, err := os.ReadFile(osvtest.Shared(t, "hosts", "almalinux8", "expected.json"))
	if err != nil {
		t.Skip(err)
	}
	var expected map[string][]string
	if err := json.Unmarshal(raw, &expected); err != nil {
		t.Fatal(err)
	}
	return append(affectedQueries(expected), currentQueries(t, expected, 700-len(expected))...)
}
