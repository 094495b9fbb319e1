using System.Text;

namespace DxyOrleans.Client.Cli;

/// <summary>Standard error: what can't be told there can't be told anywhere, and keeps nothing from being done.</summary>
internal sealed class QuietWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Write([value]);

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void Write(ReadOnlySpan<char> buffer)
    {
        try
        {
            inner.Write(buffer);
            inner.Flush();
        }
        catch (IOException)
        {
            // The disk is full, or nobody reads: see above.
        }
    }
}
