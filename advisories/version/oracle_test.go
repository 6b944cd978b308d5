package version_test

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"

	"github.com/keeppatched/keeppatched/advisories/version"
)

// realVersions gives the versions in an ecosystem's records; none where the
// data is absent.
func realVersions(t *testing.T, ecosystem string) []string {
	t.Helper()
	z, err := zip.OpenReader(filepath.Join("..", "..", "..", "shared", "osv", ecosystem, "all.zip"))
	if os.IsNotExist(err) {
		t.Logf("no records of %s: texts made up only", ecosystem)
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var out []string
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var record struct {
			Affected []struct {
				Ranges []struct{ Events []map[string]string }
			}
		}
		if err := json.NewDecoder(r).Decode(&record); err != nil {
			t.Fatal(f.Name, err)
		}
		r.Close()
		for _, a := range record.Affected {
			for _, r := range a.Ranges {
				for _, e := range r.Events {
					for _, v := range e {
						out = append(out, v)
					}
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// madeUp strings pieces together, at random and always alike.
func madeUp(n int, pieces string) []string {
	words := strings.Fields(pieces)
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]string, n)
	for i := range out {
		for range 1 + r.IntN(6) {
			out[i] += words[r.IntN(len(words))]
		}
	}
	return out
}

// question is a pair and what is answered here: "lt", "eq", or "!" for none.
type question struct{ a, b, answer string }

// questions asks each scheme for pairs: neighbours in its own order, where
// mistakes are near, and pairs at random.
func questions(t *testing.T, s version.Scheme, published []string, made []string, limit int) []question {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	r.Shuffle(len(published), func(i, j int) { published[i], published[j] = published[j], published[i] })
	texts := slices.Concat(published[:min(len(published), limit/4)], made[:min(len(made), limit/4)])
	valid := slices.DeleteFunc(slices.Clone(texts), func(v string) bool { return s.Check(v) != nil })
	slices.SortFunc(valid, func(a, b string) int {
		n, err := s.Compare(a, b)
		if err != nil {
			t.Fatal(err)
		}
		return n
	})
	var out []question
	ask := func(a, b string) {
		switch n, err := s.Compare(a, b); {
		case err != nil:
			out = append(out, question{a, b, "!"})
		case n > 0:
			out = append(out, question{b, a, "lt"})
		case n < 0:
			out = append(out, question{a, b, "lt"})
		default:
			out = append(out, question{a, b, "eq"})
		}
	}
	for i := range len(valid) - 1 {
		ask(valid[i], valid[i+1])
	}
	for len(out) < limit {
		ask(texts[r.IntN(len(texts))], texts[r.IntN(len(texts))])
	}
	return out
}

// TestDpkg asks dpkg itself; it answers 0 for true, 1 for false, 2 for errors.
func TestDpkg(t *testing.T) {
	if _, err := exec.LookPath("dpkg"); err != nil {
		t.Skip("dpkg is not installed")
	}
	qs := questions(t, version.Dpkg, realVersions(t, "Debian"),
		madeUp(1000, "0 1 9 10 007 . . .0 - - ~ + a Z ~~ : 2: deb12u1 +b1 ~rc1 ubuntu0.1 2147483648: _ %"), 1500)
	qs = slices.DeleteFunc(qs, func(q question) bool {
		// On its command line a hyphen begins an option; a plus begins an
		// epoch to dpkg, and is refused here.
		return strings.ContainsAny(q.a[:1]+q.b[:1], "-+")
	})
	var in strings.Builder
	for _, q := range qs {
		fmt.Fprintf(&in, "%s %s %s\n", q.a, strings.Replace(q.answer, "!", "lt", 1), q.b)
	}
	cmd := exec.Command("sh", "-c", `while read -r a op b; do dpkg --compare-versions "$a" "$op" "$b" 2>/dev/null; echo $?; done`)
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	codes := strings.Fields(string(out))
	if len(codes) != len(qs) {
		t.Fatalf("%d answers to %d questions", len(codes), len(qs))
	}
	for i, q := range qs {
		if want := map[string]string{"lt": "0", "eq": "0", "!": "2"}[q.answer]; codes[i] != want {
			t.Errorf("%q %s %q: dpkg exits with %s, want %s", q.a, q.answer, q.b, codes[i], want)
		}
	}
}

// TestRPM asks rpm itself, in one run.
func TestRPM(t *testing.T) {
	if _, err := exec.LookPath("rpm"); err != nil {
		t.Skip("rpm is not installed")
	}
	qs := questions(t, version.RPM, realVersions(t, "AlmaLinux"),
		madeUp(5000, "0 1 9 10 007 . .. _ - - ~ ^ + a Z ab ~~ ^^ 2: el8 .el8_10 module_el8 rc1"), 20000)
	qs = slices.DeleteFunc(qs, func(q question) bool { return q.answer == "!" }) // stricter here than in rpm
	var in strings.Builder
	for _, q := range qs {
		fmt.Fprintln(&in, q.a, q.b)
	}
	file := filepath.Join(t.TempDir(), "pairs")
	if err := os.WriteFile(file, []byte(in.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("rpm", "--eval", `%{lua:
		for line in io.lines("`+file+`") do
			local a, b = line:match("(%S+) (%S+)")
			print(rpm.vercmp(a, b) .. "\n")
		end}`).Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := strings.Fields(string(out))
	if len(answers) != len(qs) {
		t.Fatalf("%d answers to %d questions", len(answers), len(qs))
	}
	for i, q := range qs {
		if want := map[string]string{"lt": "-1", "eq": "0"}[q.answer]; answers[i] != want {
			t.Errorf("%q %s %q: rpm says %s", q.a, q.answer, q.b, answers[i])
		}
	}
}

// TestAPK asks apk itself.
func TestAPK(t *testing.T) {
	if _, err := exec.LookPath("apk"); err != nil {
		t.Skip("apk is not installed")
	}
	qs := questions(t, version.APK, realVersions(t, "Alpine"),
		madeUp(1000, "0 1 9 10 007 . . a z _alpha _beta1 _pre _rc2 _cvs _svn _git20200101 _hg _p _p1 ~0af -r0 -r1 -r10"), 2500)
	for _, q := range qs {
		if q.answer == "!" {
			continue // apk orders these by what it understands of them
		}
		out, err := exec.Command("apk", "version", "-t", q.a, q.b).Output()
		if err != nil {
			t.Fatal(err)
		}
		if want := map[string]string{"lt": "<", "eq": "="}[q.answer]; strings.TrimSpace(string(out)) != want {
			t.Errorf("%q %s %q: apk says %s", q.a, q.answer, q.b, out)
		}
	}
}

// TestAlpineRecords says which of the versions in real records are none.
func TestAlpineRecords(t *testing.T) {
	published := realVersions(t, "Alpine")
	if published == nil {
		t.Skip("no records of Alpine")
	}
	bad := 0
	for _, v := range published {
		if version.APK.Check(v) != nil {
			bad++
		}
	}
	if bad*50 > len(published) {
		t.Errorf("%d of %d are not taken for versions", bad, len(published))
	}
}

func TestSemVer(t *testing.T) {
	qs := questions(t, version.SemVer, append(realVersions(t, "Go"), realVersions(t, "Bitnami")...),
		madeUp(20000, "0 1 9 10 . .0 .1 1.2.3 0.0.1 - -alpha -0 .rc .1 +b + -x-1 01 -01"), 100000)
	for _, q := range qs {
		a, errA := semver.StrictNewVersion(q.a)
		b, errB := semver.StrictNewVersion(q.b)
		if errA != nil || errB != nil { // which is taken here beyond the standard is in the tables
			continue
		}
		want := map[int]string{-1: "lt", 0: "eq", 1: "gt"}[a.Compare(b)]
		if q.answer != want {
			t.Errorf("%q %s %q: want %s", q.a, q.answer, q.b, want)
		}
	}
}
