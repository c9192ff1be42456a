internal import CLinux
internal import Glibc

/// The variables the process was started with.
package enum Environment {
    /// All of them but those left out. Where a name occurs twice the first one counts, as for
    /// getenv(3).
    package static func variables(without leftOut: Set<String> = []) -> [String: String] {
        var variables: [String: String] = [:]
        forEach { name, value in
            guard variables[name] == nil, !leftOut.contains(name) else { return }
            variables[name] = value.text
        }
        return variables
    }

    /// Hands the value's bytes to `body` in place, without copying them; nil where the variable is
    /// not set.
    package static func withValue<Result>(
        of wanted: String, _ body: (Span<UInt8>) -> Result
    ) -> Result? {
        var result: Result?
        forEach { name, value in
            if name == wanted, result == nil { result = value.withSpan(body) }
        }
        return result
    }

    /// Overwrites the values of these variables where the kernel has put them, which is what /proc
    /// shows of the environment, and unsets them. Call it while there is only one thread.
    package static func wipe(_ names: Set<String>) {
        forEach { name, value in
            if names.contains(name) { value.wipe() }
        }
        for name in names { _ = unsafe unsetenv(name) }
    }

    /// A value in the environment's own memory.
    @safe private struct Value {
        // SAFETY: the environment is changed by `wipe` alone, while no other thread runs.
        let bytes: UnsafeMutableRawBufferPointer

        var text: String { unsafe String(decoding: bytes, as: UTF8.self) }

        func withSpan<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
            // SAFETY: the bytes stay where they are during the call.
            unsafe bytes.withMemoryRebound(to: UInt8.self) { bytes in
                unsafe body(Span(_unsafeElements: UnsafeBufferPointer(bytes)))
            }
        }

        func wipe() {
            // SAFETY: the bytes of the value, but not the zero that ends it.
            if let start = unsafe bytes.baseAddress { unsafe explicit_bzero(start, bytes.count) }
        }
    }

    private static func forEach(_ body: (String, Value) -> Void) {
        // SAFETY: an array of strings that end in zero, the last entry nil (environ(7)).
        guard var entry = unsafe clinux_environment() else { return }
        while let text = unsafe entry.pointee {
            let bytes = unsafe UnsafeMutableRawBufferPointer(start: text, count: strlen(text))
            if let equals = unsafe bytes.firstIndex(of: UInt8(ascii: "=")) {
                let name = unsafe String(decoding: bytes[..<equals], as: UTF8.self)
                let value = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[(equals + 1)...])
                body(name, unsafe Value(bytes: value))
            }
            unsafe entry += 1
        }
    }
}
