namespace DxyOrleans.Client.Cli.Settings;

/// <summary>Every setting's value: from an option, else the environment, else <c>dxy.json</c>, else its default.</summary>
internal sealed class SettingsReader
{
    readonly IReadOnlyDictionary<string, string> _options;
    readonly Dictionary<string, (string Name, string Value)> _environment = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _file = [];
    readonly ConsoleHost _host;

    /// <param name="host">Environment and folder.</param>
    /// <param name="options">Values given as options, by key.</param>
    /// <param name="file">The file that <c>--settings</c> names; null: <c>dxy.json</c> in the folder, else in the project, when there is
    /// one.</param>
    /// <exception cref="FaultException">The file isn't there or can't be read.</exception>
    public SettingsReader(ConsoleHost host, IReadOnlyDictionary<string, string> options, string? file)
    {
        _host = host;
        _options = options;
        foreach (var (name, value) in host.Environment)
        {
            if (name.StartsWith("DXY_", StringComparison.OrdinalIgnoreCase) && value.Length > 0)
            {
                _environment[Bare(name[4..])] = (name, value);
            }
        }

        var path = Path.Combine(host.Folder, file ?? "dxy.json");
        if (file is null && !File.Exists(path) && host.Variable("DXY_ROOT") is { } root)
        {
            path = Path.Combine(root, "dxy.json");
        }

        if (File.Exists(path))
        {
            _file = SettingsFile.Read(path);
            FilePath = path;
        }
        else if (file is not null)
        {
            throw new Fault(ExitCode.Usage, "no-such-file", "there is no such settings file", path).ToException();
        }
    }

    /// <summary>The settings file in use, null when there is none.</summary>
    public string? FilePath { get; }

    public IEnumerable<SettingValue> All => Setting.All.Select(setting => Get(setting.Key));

    /// <summary>Keys of the settings file that set nothing: most often a misspelling.</summary>
    public IEnumerable<string> Unknown =>
        _file.Keys.Where(key => !Setting.All.Any(setting => setting.Key.Equals(key, StringComparison.OrdinalIgnoreCase)));

    public string? this[string key] => Get(key).Value;

    public SettingValue Get(string key)
    {
        var setting = Setting.Find(key);
        return _options.TryGetValue(key, out var option) ? new SettingValue(setting, option, "option")
            : _environment.TryGetValue(Bare(setting.Key), out var variable)
                ? new SettingValue(setting, variable.Value, $"environment {variable.Name}")
            : _file.FirstOrDefault(pair => pair.Key.Equals(key, StringComparison.OrdinalIgnoreCase)) is { Value: { } value }
                ? new SettingValue(setting, value, FilePath!)
            : new SettingValue(setting, key == "Home" ? DefaultHome : setting.Default, "default");
    }

    /// <summary>A whole number within a range.</summary>
    /// <exception cref="FaultException">Not one.</exception>
    public int Number(string key, int from, int to) =>
        int.TryParse(this[key], out var number) && number >= from && number <= to
            ? number
            : throw Fault.Usage($"{key} is '{this[key]}' ({Get(key).Origin}); {from} to {to} can be").ToException();

    public bool Flag(string key) =>
        bool.TryParse(this[key], out var flag)
            ? flag
            : throw Fault.Usage($"{key} is '{this[key]}' ({Get(key).Origin}); true or false can be").ToException();

    public TimeSpan Span(string key) =>
        TimeSpan.TryParse(this[key], System.Globalization.CultureInfo.InvariantCulture, out var span) && span >= TimeSpan.Zero
            ? span
            : throw Fault.Usage($"{key} is '{this[key]}' ({Get(key).Origin}); write it like 00:00:01").ToException();

    // The script says where the project is, so that a call from any folder finds the same server.
    string DefaultHome => Path.Combine(_host.Variable("DXY_ROOT") ?? _host.Folder, ".dxy");

    static string Bare(string name) =>
        name.Replace("_", "", StringComparison.Ordinal).Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();
}
