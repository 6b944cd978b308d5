package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

const export = `
-- export/ecosystems.txt --
Debian
-- export/Debian/DSA-1.json --
{"id":"DSA-1","modified":"2026-01-30T00:00:00Z","summary":"curl - security update","upstream":["CVE-2026-1"],"affected":[{"package":{"ecosystem":"Debian:12","name":"curl"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"7-2"}]}]}]}
-- export/Debian/DSA-2.json --
{"id":
`

// lay writes the export to a folder of the test.
func lay(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(export)).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
}

func advisorydb(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, stdio{strings.NewReader(stdin), &out, &errs})
	return code, out.String(), errs.String()
}

func TestCommands(t *testing.T) {
	lay(t)
	for _, tc := range []struct { // in this order
		args           string
		stdin          string
		code           int
		stdout, stderr string // parts
	}{
		{"build -from export -o osv.db", "", exitOK, "1 records, 1 left out", "DSA-2"},
		{"info -db osv.db", "", exitOK, "Debian", ""},
		{"query -db osv.db Debian:12 curl 7-1", "", exitAffected, "DSA-1\t7-2\tCVE-2026-1\tcurl - security update", ""},
		{"query -db osv.db Debian:12 curl 7-2", "", exitOK, "", ""},
		{"query -db osv.db Debian:12 vim 1", "", exitOK, "", ""},
		{"query -db osv.db Debian:99 curl 7-1", "", exitFailed, "", "not covered"},
		{"query -db osv.db Debian:12 curl", "", exitFailed, "", "want 3 arguments"},
		{"query -db export/ecosystems.txt Debian:12 curl 7-1", "", exitFailed, "", "ecosystems.txt"},
		{"query Debian:12 curl 7-1", "", exitFailed, "", "want -db"},
		{"build -from missing -o x.db", "", exitFailed, "", "missing"},
		{"build -from export/ecosystems.txt -o x.db", "", exitFailed, "", "not a folder"},
		{"build", "", exitFailed, "", "want -from"},
		{"compare Debian:12", "1.0~rc1\t1.0\n1:1\t2\n1.0\t1.0\n1 2\t1\nodd\n", exitOK, "<\n>\n=\n! ", ""},
		{"compare Nowhere", "1\t2\n", exitOK, "! ", ""},
		{"compare", "", exitFailed, "", "want 1 arguments"},
		{"nonsense", "", exitFailed, "", "unknown command"},
		{"", "", exitFailed, "", "usage"},
	} {
		t.Run(tc.args, func(t *testing.T) {
			code, stdout, stderr := advisorydb(t, tc.stdin, strings.Fields(tc.args)...)
			if code != tc.code || !strings.Contains(stdout, tc.stdout) || !strings.Contains(stderr, tc.stderr) {
				t.Errorf("exit code %d, want %d\nstdout (want %q):\n%s\nstderr (want %q):\n%s",
					code, tc.code, tc.stdout, stdout, tc.stderr, stderr)
			}
		})
	}
}

// TestServe asks a served database over HTTP and then interrupts the server.
func TestServe(t *testing.T) {
	lay(t)
	if code, _, stderr := advisorydb(t, "", "build", "-from", "export", "-o", "osv.db"); code != exitOK {
		t.Fatal(stderr)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan int)
	go func() {
		done <- run(ctx, []string{"serve", "-db", "osv.db", "-listen", "127.0.0.1:0"}, stdio{nil, w, io.Discard})
	}()
	line := make([]byte, 200)
	n, err := r.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	_, url, _ := strings.Cut(strings.TrimSpace(string(line[:n])), " on ")
	resp, err := http.Get(url + "/v1/vulns/DSA-1")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), "CVE-2026-1") {
		t.Errorf("%s: %s", resp.Status, body)
	}
	cancel()
	if code := <-done; code != exitOK {
		t.Errorf("exit code %d after the interrupt", code)
	}
}
