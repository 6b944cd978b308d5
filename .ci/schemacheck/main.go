// Command schemacheck validates JSON documents against a JSON Schema.
//
//	schemacheck SCHEMA DOCUMENT...
package main

import (
	"fmt"
	"os"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: schemacheck SCHEMA DOCUMENT...")
		os.Exit(2)
	}
	if err := check(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "schemacheck:", err)
		os.Exit(1)
	}
}

func check(schemaFile string, documents []string) error {
	c := jsonschema.NewCompiler()
	c.AssertFormat() // date-time is checked, not only noted
	schema, err := c.Compile(schemaFile)
	if err != nil {
		return err
	}
	for _, name := range documents {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		doc, err := jsonschema.UnmarshalJSON(f)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := f.Close(); err != nil {
			return err
		}
		if err := schema.Validate(doc); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
