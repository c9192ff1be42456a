/// The configured path of a secret's file.
package enum SecretPath {
    /// Whether a path where there is no file looks like the secret, which must not be shown then:
    /// a URL, or as many bytes as a secret has without a separator or a file's ending.
    package static func isSecretItself(_ path: String) -> Bool {
        let bytes = path.utf8
        let separators = [UInt8(ascii: "/"), UInt8(ascii: ".")]
        return path.contains("://")
            || bytes.count >= ConfigurationLimits.secretBytesMin
                && !bytes.contains(where: separators.contains)
    }
}
