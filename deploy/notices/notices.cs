// The licences of the packages that a published program carries, from the restored packages themselves:
//   dotnet run notices.cs -- OUT RUNTIME PROGRAM…
// OUT is the file to write, RUNTIME the folder of the runtime that goes along, each PROGRAM a published folder with its NAME.deps.json.
// It ends with 1, and writes nothing, when a file comes from no package that is known or a package has no licence to be found.
#:property PublishAot=false
#:property TargetFramework=net10.0
#:property DeterministicSourcePaths=false

using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;

if (args is not [var output, var runtime, .. { Length: > 0 } programs])
{
    Console.Error.WriteLine("notices: OUT RUNTIME PROGRAM… are wanted");
    return 2;
}

var packages = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
var folder = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } told
    ? told
    : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
var faults = new List<string>();
foreach (var program in programs)
{
    ReadProgram(program);
}

var entries = packages.Select(pair => ReadPackage(pair.Key, pair.Value)).OfType<Notice>().ToList();
var runtimeNotices = (string[])["LICENSE.txt", "ThirdPartyNotices.txt"];
faults.AddRange(
    runtimeNotices.Where(name => !File.Exists(Path.Combine(runtime, name))).Select(name => $"the runtime in {runtime} has no {name}")
);
if (faults.Count > 0)
{
    faults.ForEach(fault => Console.Error.WriteLine($"notices: {fault}"));
    return 1;
}

File.WriteAllText(output, Render(entries));
foreach (var entry in entries)
{
    // What isn't plain text goes along as it is.
    entry.Files.ForEach(file => File.Copy(file, Beside(output, entry, file), overwrite: true));
}

Console.WriteLine($"notices: {entries.Count} packages, {entries.Select(entry => entry.Licence).Distinct().Count()} licences");
return 0;

// Every library that lies in the folder has to come from a package that its deps.json names, or be ours.
void ReadProgram(string program)
{
    var deps = Directory.GetFiles(program, "*.deps.json").Single();
    using var document = JsonDocument.Parse(File.ReadAllText(deps));
    var root = document.RootElement;
    var known = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
    foreach (var target in root.GetProperty("targets").EnumerateObject().SelectMany(target => target.Value.EnumerateObject()))
    {
        var files = ((string[])["runtime", "native", "runtimeTargets", "resources"])
            .SelectMany(kind =>
                target.Value.TryGetProperty(kind, out var assets)
                    ? assets.EnumerateObject().Select(asset => Path.GetFileName(asset.Name))
                    : []
            )
            .ToList();
        known.UnionWith(files);
        if (files.Count > 0 && root.GetProperty("libraries").GetProperty(target.Name).GetProperty("type").GetString() == "package")
        {
            var name = target.Name.Split('/');
            packages[$"{name[0]}/{name[1]}"] = name[0];
        }
    }

    faults.AddRange(
        Directory
            .EnumerateFiles(program, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".dll" or ".so" or ".dylib")
            .Select(file => Path.GetFileName(file))
            .Where(file => !known.Contains(file))
            .Select(file => $"{file} in {program} comes from no package that is known")
    );
}

Notice? ReadPackage(string path, string id)
{
    var place = Path.Combine(folder, path.ToLowerInvariant());
    var nuspec = Path.Combine(place, id.ToLowerInvariant() + ".nuspec");
    if (!File.Exists(nuspec))
    {
        faults.Add($"{path} is not restored in {folder}");
        return null;
    }

    var metadata = XDocument.Load(nuspec).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
    string? Value(string name) => metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value.Trim();
    var licence = metadata.Elements().FirstOrDefault(element => element.Name.LocalName == "license");
    var expression = licence?.Attribute("type")?.Value == "expression" ? licence.Value.Trim() : null;
    var holder = Value("copyright") is { Length: > 0 } copyright ? copyright : $"Copyright (c) {Value("authors")}";
    var own = Directory.EnumerateFiles(place).Where(IsNotice).Order(StringComparer.OrdinalIgnoreCase).ToList();
    if (licence?.Attribute("type")?.Value == "file")
    {
        own.Add(Path.Combine(place, licence.Value.Replace('\\', '/')));
    }

    var texts = own.Distinct().Select(file => Clean(File.ReadAllText(file))).ToList();
    if (!own.Any(file => Path.GetFileName(file).StartsWith("LICEN", StringComparison.OrdinalIgnoreCase)))
    {
        var standard = Path.Combine(Here(), "licences", expression + ".txt");
        if (expression is null || !File.Exists(standard))
        {
            faults.Add($"{path} carries no licence's text, and there is none for '{expression}' in {Path.GetDirectoryName(standard)}");
            return null;
        }

        texts.Insert(0, Clean(File.ReadAllText(standard)).Replace("<copyright>", holder, StringComparison.Ordinal));
    }

    return new Notice(
        path.Replace('/', ' '),
        expression ?? "see below",
        holder,
        Value("projectUrl") ?? "",
        string.Join("\n\n", texts),
        [.. Directory.EnumerateFiles(place, "*.rtf").Where(file => IsNamedSo(Path.GetFileName(file).ToUpperInvariant()))]
    );
}

static string Beside(string output, Notice entry, string file) =>
    Path.Combine(
        Path.GetDirectoryName(output)!,
        $"{Path.GetFileNameWithoutExtension(output)}.{entry.Package.Replace(' ', '.')}{Path.GetExtension(file)}"
    );

static bool IsNotice(string file) =>
    Path.GetFileName(file).ToUpperInvariant() is var name && !name.EndsWith(".RTF", StringComparison.Ordinal) && IsNamedSo(name);

static bool IsNamedSo(string name) =>
    (
        name.StartsWith("LICEN", StringComparison.Ordinal)
        || name.StartsWith("NOTICE", StringComparison.Ordinal)
        || name.StartsWith("THIRD", StringComparison.Ordinal)
    );

static string Clean(string text) => text.TrimStart('\uFEFF').ReplaceLineEndings("\n").Trim('\n');

// Packages with the same text share it.
static string Render(IReadOnlyList<Notice> entries)
{
    var text = new StringBuilder();
    text.Append("Third-party notices\n\nWhat this archive carries of others, made from the packages themselves.\n");
    text.Append("The .NET runtime in runtime/ has its own LICENSE.txt and ThirdPartyNotices.txt there.\n\n");
    foreach (var entry in entries)
    {
        text.Append(string.Create(null, $"{entry.Package}  {entry.Licence}  {entry.Holder}  {entry.Address}").TrimEnd()).Append('\n');
    }

    foreach (var same in entries.GroupBy(entry => entry.Text))
    {
        text.Append('\n').Append('-', 100).Append('\n');
        text.AppendJoin('\n', same.Select(entry => entry.Package)).Append("\n\n").Append(same.Key).Append('\n');
    }

    return text.ToString();
}

// The true path, also where paths are left out of what is built.
static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

sealed record Notice(string Package, string Licence, string Holder, string Address, string Text, List<string> Files);
