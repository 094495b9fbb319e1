using System.Globalization;
using System.Text;
using DxyOrleans.Client.Cli;
using DxyOrleans.Feeds.Files;

namespace DxyOrleans.Client.Commands.Import;

/// <summary>Refused rows as CSV: where each stands, why, and the line itself. Written beside its place and put there at the end.</summary>
internal sealed class RejectsFile : IAsyncDisposable
{
    const string Header = "file,line,rows,code,reason,row";

    readonly Lock _turn = new();
    readonly StreamWriter _writer;
    readonly string _path;
    readonly string _partial;

    RejectsFile(string path)
    {
        (_path, _partial) = (path, path + ".part");
        _writer = new StreamWriter(_partial, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
        _writer.WriteLine(Header);
    }

    /// <exception cref="FaultException">It can't be written there.</exception>
    public static RejectsFile Create(string path)
    {
        try
        {
            return new RejectsFile(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Fault.Usage($"--rejects: {error.Message.TrimEnd('.')}").ToException();
        }
    }

    public void Add(RefusedRow row)
    {
        lock (_turn)
        {
            _writer.WriteLine(
                string.Join(
                    ',',
                    (
                        (string[])[row.File, Number(row.Line), Number(row.Rows), row.Fault.Code, row.Fault.Text, row.Whole ?? row.Text]
                    ).Select(Quoted)
                )
            );
        }
    }

    public async Task FinishAsync(CancellationToken cancellation)
    {
        await _writer.FlushAsync(cancellation);
        await _writer.DisposeAsync();
        File.Move(_partial, _path, overwrite: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        File.Delete(_partial);
    }

    static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\n\r") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
