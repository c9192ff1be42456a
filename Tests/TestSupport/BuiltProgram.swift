internal import Glibc

/// Where the programs under test are, and the model that they serve.
package enum BuiltProgram {
    package static let churnd = path(of: "churnd")
    package static let churnctl = path(of: "churnctl")

    /// The bundle that the project ships.
    package static let modelPath = ProjectPlaces.root + "/Models/telco-churn/1"

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
