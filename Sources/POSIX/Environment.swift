internal import CLinux

/// The variables the process was started with.
package enum Environment {
    /// All of them. Where a name occurs twice the first one counts, as for getenv(3).
    package static func variables() -> [String: String] {
        // SAFETY: nothing in this program changes the environment, so that the strings stay valid.
        guard var entry = unsafe clinux_environment() else { return [:] }
        var variables: [String: String] = [:]
        while let text = unsafe entry.pointee {
            let pair = unsafe String(cString: text)
            if let equals = pair.utf8.firstIndex(of: UInt8(ascii: "=")) {
                let name = String(pair[..<equals])
                if variables[name] == nil {
                    variables[name] = String(pair[pair.utf8.index(after: equals)...])
                }
            }
            unsafe entry += 1
        }
        return variables
    }
}
