using System.Net;
using System.Net.Sockets;

namespace VectorStore.Client.Tests.Support;

/// <summary>A cable between client and server that a test can cut: forwards bytes, and on demand closes every connection at once.</summary>
internal sealed class CutProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _target;
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly List<Socket> _sockets = [];

    public CutProxy(Uri target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Closes every connection. New ones may be made.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            foreach (var socket in _sockets)
                socket.Close(0);

            _sockets.Clear();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync();
                var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await far.ConnectAsync(IPAddress.Loopback, _target.Port);
                lock (_lock)
                    _sockets.AddRange([near, far]);

                _ = ForwardAsync(near, far);
                _ = ForwardAsync(far, near);
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The proxy is gone.
        }
    }

    private static async Task ForwardAsync(Socket source, Socket target)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = await source.ReceiveAsync(buffer)) > 0)
                await target.SendAsync(buffer.AsMemory(0, read));

            target.Shutdown(SocketShutdown.Send);
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }
}
