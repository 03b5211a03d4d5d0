/// The program's version, as `--version` prints it.
package let latheVersion = "0.1.0"
