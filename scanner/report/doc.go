// Package report writes reports: one file a format. JSON is the product, with
// everything in it; every other format is a view for a reader.
//
// Writers change nothing and keep nothing. Text that comes from the scanned
// machine or from an advisory is made harmless for the format: a package name
// cannot move a terminal's cursor.
package report
