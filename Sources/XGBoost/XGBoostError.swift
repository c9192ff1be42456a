internal import CXGBoost

/// A call into libxgboost that failed, with the library's own words about it.
package struct XGBoostError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The function of the C API.
    package let call: String
    /// What the library said, its first line only: the rest is a stack trace.
    package let reason: String

    package init(call: String, reason: String) {
        self.call = call
        self.reason = reason
    }

    package var description: String { "\(call): \(reason)" }

    /// The library's status is 0 or −1, its reason a text of the calling thread.
    static func check(_ status: CInt, _ call: String) throws(XGBoostError) {
        guard status != 0 else { return }
        // SAFETY: the text lives until this thread's next call of the library.
        let text = unsafe XGBGetLastError().map { unsafe String(cString: $0) } ?? ""
        let line = text.utf8.prefix { $0 != UInt8(ascii: "\n") }
        throw XGBoostError(call: call, reason: String(Substring(line)))
    }
}

/// The release of libxgboost this program runs with.
package enum XGBoostLibrary {
    /// For example `1.7.4`.
    package static var version: String {
        var (major, minor, patch): (CInt, CInt, CInt) = (0, 0, 0)
        // SAFETY: the function writes the three numbers and keeps nothing.
        unsafe XGBoostVersion(&major, &minor, &patch)
        return "\(major).\(minor).\(patch)"
    }
}
