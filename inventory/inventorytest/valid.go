package inventorytest

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/keeppatched/keeppatched/inventory"
)

// valid checks the fields that every backend fills, in every result, good or
// bad: what cannot be filled is a problem, not a half-empty package.
func (s *suite) valid(r inventory.Result) error {
	var errs []error
	for i, p := range r.Packages {
		if err := s.validPackage(p); err != nil {
			errs = append(errs, fmt.Errorf("package %d (%q): %w", i, p.Name, err))
		}
	}
	for i, u := range r.Updates {
		if err := s.validUpdate(u); err != nil {
			errs = append(errs, fmt.Errorf("update %d (%q): %w", i, u.Package, err))
		}
	}
	for i, p := range r.Problems {
		if err := validProblem(p); err != nil {
			errs = append(errs, fmt.Errorf("problem %d: %w", i, err))
		}
	}
	return errors.Join(errs...)
}

func (s *suite) validPackage(p inventory.Package) error {
	var purl, utc error
	if p.PURL != "" {
		purl = errors.New("PURL is filled, gathering does that")
	}
	if p.InstalledAt.Location() != time.UTC {
		utc = fmt.Errorf("InstalledAt is in %v, want UTC", p.InstalledAt.Location())
	}
	return errors.Join(
		equal("Backend", p.Backend, s.backend.Name()),
		filled("Type", p.Type), filled("Name", p.Name), filled("Version", p.Version),
		locations(p.Locations), purl, utc)
}

func (s *suite) validUpdate(u inventory.Update) error {
	var security error
	switch u.Security {
	case inventory.SecurityYes, inventory.SecurityNo, inventory.SecurityUnknown:
	default:
		security = fmt.Errorf("Security is %q, not one of its values", u.Security)
	}
	return errors.Join(
		equal("Backend", u.Backend, s.backend.Name()),
		filled("Package", u.Package), filled("Installed", u.Installed), filled("Version", u.Version),
		locations(u.Locations), security)
}

func validProblem(p inventory.Problem) error {
	if p.Err == nil {
		return errors.New("Err is nil")
	}
	if p.Path != "" && !fs.ValidPath(p.Path) {
		return fmt.Errorf("Path %q is not a path of io/fs", p.Path)
	}
	return nil
}

func locations(paths []string) error {
	if len(paths) == 0 {
		return errors.New("Locations is empty")
	}
	for _, p := range paths {
		if !fs.ValidPath(p) {
			return fmt.Errorf("location %q is not a path of io/fs", p)
		}
	}
	return nil
}

func equal(field, got, want string) error {
	if got != want {
		return fmt.Errorf("%s is %q, want %q", field, got, want)
	}
	return nil
}

func filled(field, value string) error {
	if value == "" {
		return fmt.Errorf("%s is empty", field)
	}
	return nil
}
