package osvdb_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/osvdb"
)

// folder makes a file system from a txtar archive. Its files end in a newline,
// as records may.
func folder(archive string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		fsys[f.Name] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
	}
	return fsys
}

// zipped packs the files of a txtar archive, in their order.
func zipped(t testing.TB, archive string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, f := range txtar.Parse([]byte(archive)).Files {
		entry, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := entry.Write(f.Data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// file is a regular file of a MapFS.
func file(data []byte) *fstest.MapFile { return &fstest.MapFile{Data: data, Mode: 0o644} }

// build builds a database in a folder of its own.
func build(t testing.TB, src fs.FS) (path string, stats osvdb.Stats) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "test.osvdb")
	stats, err := osvdb.Build(context.Background(), path, src, osvdb.BuildOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return path, stats
}

// built builds and opens a database.
func built(t testing.TB, src fs.FS) *osvdb.DB {
	t.Helper()
	path, stats := build(t, src)
	if len(stats.Problems) > 0 {
		t.Fatal(stats.Problems)
	}
	return mustOpen(t, path)
}

func mustRead(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// ask looks up one package.
func ask(t testing.TB, db *osvdb.DB, ecosystem, name, version string) advisories.Answer {
	t.Helper()
	answers, err := db.Lookup(context.Background(), []query{{Ecosystem: ecosystem, Name: name, Version: version}})
	if err != nil {
		t.Fatal(err)
	}
	return answers[0]
}

// ids gives the ids of an answer.
func ids(a advisories.Answer) []string {
	list := []string{}
	for _, adv := range a.Advisories {
		list = append(list, adv.ID)
	}
	return list
}

// small is an export with what matters: a package in two releases, a record of
// two ecosystems, a withdrawn one, names in several spellings, several entries
// of one package, and fields of all kinds.
const small = `
-- ecosystems.txt --
Debian
PyPI
Rocky Linux
-- Debian/DSA-1-1.json --
{"schema_version": "1.7.0", "id": "DSA-1-1", "modified": "2026-01-02T03:04:05.678Z", "published": "2026-01-01T00:00:00Z",
 "aliases": ["A-1"], "upstream": ["CVE-2026-1", "CVE-2026-2"], "related": ["R-1"], "summary": "openssl security update",
 "details": "Long text.", "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
 "references": [{"type": "ADVISORY", "url": "https://example.org/DSA-1-1"}], "credits": [{"name": "somebody"}],
 "affected": [
  {"package": {"ecosystem": "Debian:12", "name": "openssl", "purl": "pkg:deb/debian/openssl"},
   "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.2-1"}]}], "versions": ["3.0.1-1"],
   "ecosystem_specific": {"urgency": "high"}, "database_specific": {"a": [1, 2]}},
  {"package": {"ecosystem": "Debian:11", "name": "openssl"},
   "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1.1-9"}]}]}],
 "database_specific": {"x": "y"}}
-- Debian/DSA-2-1.json --
{"id": "DSA-2-1", "modified": "2026-02-02T00:00:00Z", "withdrawn": "2026-02-03T00:00:00Z",
 "affected": [{"package": {"ecosystem": "Debian:12", "name": "openssl"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]}
-- Debian/DSA-3-1.json --
{"id": "DSA-3-1", "modified": "2026-03-03T00:00:00Z",
 "affected": [{"package": {"ecosystem": "Debian:12", "name": "openssl"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "no version"}]}]}]}
-- PyPI/PYSEC-1.json --
{"id": "PYSEC-1", "modified": "2026-01-01T00:00:00Z",
 "affected": [{"package": {"ecosystem": "PyPI", "name": "Zope.Interface"}, "versions": ["1.0"]},
  {"package": {"ecosystem": "PyPI", "name": "zope-interface"}, "versions": ["2.0"]},
  {"ranges": [{"type": "GIT", "repo": "https://example.org/r", "events": [{"introduced": "0"}, {"limit": "abc"}, {"last_affected": "def"}]}]}]}
-- Rocky Linux/RLSA-1.json --
{"id": "RLSA-1", "modified": "2026-01-01T00:00:00Z",
 "affected": [{"package": {"ecosystem": "Rocky Linux:9", "name": "kernel"}, "severity": [{"type": "CVSS_V4", "score": "v"}],
  "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "0:5.14-2"}]}, {"type": "ECOSYSTEM", "events": [{"introduced": "0:6"}, {"fixed": "0:6-2"}]}]},
  {"package": {"ecosystem": "Debian:12", "name": "linux"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"last_affected": "6.1-1"}]}]}]}
`
