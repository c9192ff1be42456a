internal import Glibc

/// Where the programs under test are, and what they need of the project.
package enum BuiltProgram {
    package static let churnd = path(of: "churnd")
    package static let churnctl = path(of: "churnctl")

    /// The project's directory.
    package static let projectPath = #filePath
        .split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")

    /// The bundle that the project ships.
    package static let modelPath = projectPath + "/Models/telco-churn/1"

    /// The build puts the programs beside the tests.
    private static func path(of name: String) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(
            decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let directory = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return directory.joined(separator: "/") + "/" + name
    }
}
