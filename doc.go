// Package keeppatched is the root of a library that makes one mitigation of
// CCIRC alert AL17-004 checkable: keep your operating system and software up to
// date with the latest patches. This package holds no code; this comment is the
// tour.
//
// # The question
//
// For one machine or many: what is installed, which patch is missing, and what
// exactly is to be upgraded? And, as important: what could not be assessed? A
// report with a gap in its coverage never reads as clean.
//
// # The flow
//
//	target -> inventory -> advisories -> findings -> report
//
// There are two halves, which can run on different machines. Gathering reads a
// machine's package databases, without a network, without root and without
// running anything; it gives an inventory, which is plain JSON. Assessing asks
// advisory sources about an inventory and gives a report, which is plain JSON.
//
//	target, err := host.Live()
//	if err != nil {
//		return err
//	}
//	defer target.Close()
//	db, err := osvdb.Open("osv.db")
//	if err != nil {
//		return err
//	}
//	defer db.Close()
//	s, err := scanner.New(scanner.Options{
//		Backends: all.Backends(),
//		Sources:  []advisories.Source{db},
//	})
//	if err != nil {
//		return err
//	}
//	report, err := s.Scan(ctx, target)
//
// # The rooms
//
//   - inventory: what is installed; types and contracts. Its subdirectories are
//     host, which opens a machine, one backend for each kind of package
//     database (dpkg, rpm, apk, apt), all, which lists them, and inventorytest,
//     the kit for those who write another.
//   - advisories: what is known to be wrong; the OSV record and the one
//     evaluator. Its subdirectories are ecosystem and version, which know each
//     ecosystem's names and order, and the sources: osvdb, a local database,
//     and osvdev, the client of api.osv.dev; osvserver answers the same API.
//   - scanner: joins the two. Its subdirectories are finding, the report's wire
//     types, and report, which writes them.
//   - examples: hostscan, the main program, and advisorydb, which makes and
//     serves local databases.
package keeppatched
