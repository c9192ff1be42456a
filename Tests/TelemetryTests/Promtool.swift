import TestSupport
import Testing

/// Prometheus' own checker, of Debian's package `prometheus`.
enum Promtool {
    /// Runs it in the directory `Config`; it has to find nothing to complain of.
    ///
    /// - Returns: what it wrote on standard output.
    @discardableResult
    static func check(_ arguments: [String], input: String = "") throws -> String {
        let child = try ChildProcess(
            "/usr/bin/promtool", arguments, workingDirectory: "\(ProjectPlaces.root)/Config",
            input: input)
        let exit = try child.waitForExit()
        #expect(exit == .code(0), "\(child.output)\(child.errors)")
        #expect(child.errors == "")
        return child.output
    }
}
