package bound_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/internal/bound"
)

func TestProblems(t *testing.T) {
	var p bound.Problems
	if p.List() != nil {
		t.Errorf("none added, %v listed", p.List())
	}
	problem := inventory.Problem{Path: "x", Err: errors.New("cause")}
	for range bound.MaxProblems {
		p.Add(problem)
	}
	if n := len(p.List()); n != bound.MaxProblems {
		t.Errorf("%d problems listed, want %d", n, bound.MaxProblems)
	}
	p.Add(problem)
	p.Atf("x", 1, "", "cause")
	for range 2 { // listing changes nothing
		list := p.List()
		if len(list) != bound.MaxProblems+1 || !strings.Contains(list[bound.MaxProblems].Error(), "2 more problems") {
			t.Errorf("%d problems listed, the last: %v", len(list), list[len(list)-1])
		}
	}
}

func TestAtf(t *testing.T) {
	var p bound.Problems
	cause := errors.New("cause")
	p.Atf("file", 3, "bash", "it broke: %w", cause)
	list := p.List()
	if len(list) != 1 || list[0].Error() != "file: line 3: bash: it broke: cause" || !errors.Is(list[0], cause) {
		t.Errorf("%v", list)
	}
}

func TestMemory(t *testing.T) {
	var m bound.Memory
	if err := m.Take(bound.MaxMemory / 2); err != nil {
		t.Errorf("half of it: %v", err)
	}
	if err := m.Take(bound.MaxMemory / 2); !errors.Is(err, bound.ErrTooMuch) {
		t.Errorf("more than all of it: %v, want ErrTooMuch", err)
	}
	m = bound.Memory{}
	for range 100_000 {
		if err := m.Take(200); err != nil {
			t.Fatalf("a machine of 100,000 packages: %v", err)
		}
	}
}
