package dpkg

import (
	"errors"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/internal/deb822"
)

// fields are the fields that are read. Everything else is passed over.
var fields = []string{
	"Package", "Status", "Version", "Architecture", "Multi-Arch", "Source", "Maintainer", "Origin",
}

// maxField is the length up to which a field is believed, in bytes. The
// longest in use, Maintainer, has some hundred.
const maxField = 1 << 10

// record is one stanza: one package of one architecture.
type record struct {
	inventory.Package
	status
	same  bool  // Multi-Arch: same: may be installed for several architectures
	line  int   // where the stanza begins
	doubt error // what is wrong with the record, although it counts
}

var errNoStatus = errors.New("no Status field: dpkg does not count it as installed")

// parse makes a record of a stanza. Of a record with an error, nothing but the
// name counts, and that may be empty too.
func parse(s *deb822.Stanza, location []string, needStatus bool) (r record, err error) {
	r = record{line: s.Line, status: status{state: installed}}
	if r.Name, err = packageName(string(s.Get("Package"))); err != nil {
		return r, err
	}
	if r.Name == "" {
		return r, errors.New("no Package field")
	}
	if field := s.Get("Status"); field != nil {
		if r.status, err = parseStatus(field); err != nil {
			return r, err
		}
	} else if needStatus {
		return r, errNoStatus
	}
	r.Type = "deb"
	r.Arch, r.doubt = architecture(string(s.Get("Architecture")))
	r.same = string(s.Get("Multi-Arch")) == "same"
	r.Held = r.held
	r.Vendor = string(s.Get("Maintainer"))
	r.Origin = string(s.Get("Origin"))
	r.Locations = location
	if !r.state.onDisk() {
		return r, nil // it needs no version
	}
	return r, r.versions(s)
}

// versions reads the package's version and its source.
func (r *record) versions(s *deb822.Stanza) (err error) {
	field := s.Get("Version")
	if field == nil {
		return errors.New("no Version field")
	}
	if r.Version, err = version(string(field)); err != nil {
		return err
	}
	r.Source, r.SourceVersion = r.Name, r.Version
	if field := s.Get("Source"); field != nil {
		name, ver, err := source(string(field))
		if err != nil || ver != "" {
			r.SourceVersion = ver
		}
		r.Source, r.doubt = name, errors.Join(r.doubt, err)
	}
	return nil
}

// uncertain says why the record's version may not be what is on the disk.
func (r *record) uncertain() error {
	switch {
	case r.state == halfInstalled:
		return errors.New("half-installed: which files are there is not certain")
	case r.reinstall:
		return errors.New("must be reinstalled (reinstreq): which files are there is not certain")
	}
	return r.doubt
}

// size is the length of the record's texts.
func (r *record) size() int {
	return len(r.Name) + len(r.Version) + len(r.Arch) + len(r.Source) + len(r.SourceVersion) +
		len(r.Vendor) + len(r.Origin)
}
