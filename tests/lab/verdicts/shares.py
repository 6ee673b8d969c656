"""Port mapper, NFS, FTP, VNC and SMB."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.shares import ftp, mountd, rpcbind, samba, vnc
from tests.lab.verdict import AS_TOLD, FOUND, Group, Held, Verdict, door

SCREEN: tuple[Held, ...] = (("desktop", "screen", None, ()),)
EXPORT: tuple[Held, ...] = (("/faxes", "export", None, ()),)
SHARE: tuple[Held, ...] = (("faxes", "share", None, ()),)
FOLDER: tuple[Held, ...] = (("the guest's folder", "folder", None, ()),)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "shares": Group(
            FOUND,
            (
                (door(rpcbind), Verdict(Access.IDENTIFIED, "rpcbind", None)),
                (door(mountd), Verdict(Access.OPEN, "mountd", None, Severity.HIGH, EXPORT)),
                (
                    door(mountd, "shielded"),
                    Verdict(Access.SHIELDED, "mountd", None, Severity.LOW),
                ),
                (door(vnc), Verdict(Access.OPEN, "vnc", None, Severity.CRITICAL, SCREEN)),
                (door(vnc, "locked"), Verdict(Access.LOCKED, "vnc", None)),
                (door(ftp), Verdict(Access.OPEN, "vsftpd", AS_TOLD, Severity.HIGH, FOLDER)),
                (door(ftp, "locked"), Verdict(Access.LOCKED, "vsftpd", AS_TOLD)),
                (
                    door(ftp, probe="ftp"),
                    Verdict(Access.IDENTIFIED, "vsftpd", AS_TOLD),
                ),
            ),
        ),
        # Its three servers end the three before that stand on ports which every round visits.
        "smb": Group(
            FOUND,
            (
                (door(samba), Verdict(Access.OPEN, "smb", None, Severity.HIGH, SHARE)),
                (
                    door(samba, "partial"),
                    Verdict(Access.PARTIAL, "smb", None, Severity.MEDIUM, SHARE),
                ),
                (door(samba, "locked"), Verdict(Access.LOCKED, "smb", None)),
            ),
        ),
    }
)
