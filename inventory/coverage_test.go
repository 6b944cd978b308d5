package inventory_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory"
)

func TestProblem(t *testing.T) {
	for _, tc := range []struct {
		problem inventory.Problem
		want    string
	}{
		{inventory.Problem{Path: "db", Record: "page 3", Package: "curl", Err: fs.ErrInvalid}, "db: page 3: curl: invalid argument"},
		{inventory.Problem{Path: "db", Err: fs.ErrInvalid}, "db: invalid argument"},
		{inventory.Problem{Err: fs.ErrInvalid}, "invalid argument"},
		{inventory.Problem{Path: "db"}, "db: unknown cause"},
	} {
		if got := tc.problem.Error(); got != tc.want {
			t.Errorf("Error() = %q, want %q", got, tc.want)
		}
	}
	var err error = inventory.Problem{Path: "db", Err: fs.ErrInvalid}
	if !errors.Is(err, fs.ErrInvalid) {
		t.Error("the cause is lost")
	}
}

// TestCoverageJSON says that coverage survives its JSON form.
func TestCoverageJSON(t *testing.T) {
	c := inventory.Coverage{
		Part: "backend", Name: "dpkg", Status: inventory.StatusPartial, Reason: "db: line 1: broken", Count: 2,
		Problems: []inventory.Problem{{Path: "db", Record: "line 1", Package: "curl", Err: errors.New("broken")}},
		Notes:    []string{"a note"},
	}
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"part":"backend","name":"dpkg","status":"partial","reason":"db: line 1: broken","count":2,` +
		`"problems":[{"path":"db","record":"line 1","package":"curl","reason":"broken"}],"notes":["a note"]}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
	var back inventory.Coverage
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil {
		t.Fatal(err)
	}
	if string(again) != string(text) {
		t.Errorf("came back as %s", again)
	}
}

func TestGap(t *testing.T) {
	for status, want := range map[inventory.Status]bool{
		inventory.StatusOK: false, inventory.StatusAbsent: false,
		inventory.StatusPartial: true, inventory.StatusFailed: true, inventory.StatusUnsupported: true, "": true,
	} {
		if got := (inventory.Coverage{Status: status}).Gap(); got != want {
			t.Errorf("Gap of %q = %v, want %v", status, got, want)
		}
	}
}

func TestClose(t *testing.T) {
	closed := 0
	for _, target := range []*inventory.Target{nil, {}, {Closer: func() error { closed++; return nil }}} {
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	}
	if closed != 1 {
		t.Errorf("closed %d times, want once", closed)
	}
}
