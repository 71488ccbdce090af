; The Windows installer. build/windows.py gives VERSION, FOUR (1.2.3.0), PAYLOAD, INTERNAL
; (the folder of libraries, named after the version), OUT, ICON, LICENCE; STUB64 where the
; compiler has a 64-bit stub, SIGN where there is a certificate.
;
;   setup.exe                    asks; for this user alone unless told otherwise
;   setup.exe /S                 silent, for this user
;   setup.exe /S /AllUsers       silent, for the whole computer; needs an administrator
;   setup.exe /S /D=C:\Some path silent, in that folder (last, without quotation marks)
;   uninstall.exe /S             silent; see "Uninstall" about /FORCE
;
; Exit codes: 0 done, 1 given up, 2 failed (also: the folder holds other things, or no administrator
; for /AllUsers), 5 the program is running, 6 sales are not sent yet.

!ifdef STUB64
  Target amd64-unicode
!else
  Unicode true
!endif

!define APP "Tillkeep"
!define EXE "Tillkeep.exe"
!define CONSOLE "tillkeep-console.exe"
!define PUBLISHER "The Tillkeep authors"
!define INCOMING "$INSTDIR\_incoming"
!define ASIDE "$INSTDIR\_internal-aside"
!define REMOVE "Software\Microsoft\Windows\CurrentVersion\Uninstall\${APP}"
!define STARTUP "Software\Microsoft\Windows\CurrentVersion\Run"

!define MULTIUSER_EXECUTIONLEVEL Highest
!define MULTIUSER_MUI
!define MULTIUSER_INSTALLMODE_COMMANDLINE
!define MULTIUSER_INSTALLMODE_DEFAULT_CURRENTUSER
!define MULTIUSER_USE_PROGRAMFILES64
!define MULTIUSER_INSTALLMODE_INSTDIR "${APP}"
!define MULTIUSER_INSTALLMODE_INSTDIR_REGISTRY_KEY "Software\${APP}"
!define MULTIUSER_INSTALLMODE_INSTDIR_REGISTRY_VALUENAME "InstallDir"
; What is there for everybody alone is upgraded in its place, not doubled.
!define MULTIUSER_INSTALLMODE_DEFAULT_REGISTRY_KEY "Software\${APP}"
!define MULTIUSER_INSTALLMODE_DEFAULT_REGISTRY_VALUENAME "InstallDir"
!include "MultiUser.nsh"
!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "x64.nsh"

Name "${APP}"
OutFile "${OUT}"
BrandingText "${APP} ${VERSION}"
ManifestDPIAware true
AllowSkipFiles off
!ifdef FAST
  SetCompressor zlib ; an installer that is only tried
!else
  SetCompressor /SOLID lzma
!endif
!ifdef SIGN
  !finalize '${SIGN} "%1"' = 0 ; without a result to compare, NSIS would not mind
  !uninstfinalize '${SIGN} "%1"' = 0
!endif

VIProductVersion "${FOUR}"
VIFileVersion "${FOUR}"
VIAddVersionKey /LANG=1033 "ProductName" "${APP}"
VIAddVersionKey /LANG=1033 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=1033 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=1033 "FileDescription" "${APP} installer"
VIAddVersionKey /LANG=1033 "CompanyName" "${PUBLISHER}"
VIAddVersionKey /LANG=1033 "LegalCopyright" "${PUBLISHER}; Apache-2.0"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_LICENSE "${LICENCE}"
!insertmacro MULTIUSER_PAGE_INSTALLMODE
!insertmacro MUI_PAGE_COMPONENTS
!define MUI_PAGE_CUSTOMFUNCTION_LEAVE NeedOwnFolder
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN "$INSTDIR\${EXE}"
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

Var Begun ; not empty once something was written

; The folder is empty or a till's, also half of one: what lies there is replaced and removed by
; its name, and another program's can have the same.
Function NeedOwnFolder
  IfFileExists "$INSTDIR\${CONSOLE}" own
  FindFirst $0 $1 "$INSTDIR\*.*"
  look:
  StrCmp $1 "" ours
  StrCmp $1 "." next
  StrCmp $1 ".." next
  StrCmp $1 "_incoming" next
  StrCmp $1 "${EXE}" next
  StrCmp $1 "${EXE}.new" next
  StrCmp $1 "${CONSOLE}.new" next
  StrCmp $1 "uninstall.exe" next
  StrCpy $2 $1 10
  StrCmp $2 "_internal-" next
  FindClose $0
  MessageBox MB_OK|MB_ICONEXCLAMATION "There are other things in $INSTDIR, $1 for one. Choose a folder that is empty or new." /SD IDOK
  Abort
  next:
  FindNext $0 $1
  Goto look
  ours:
  FindClose $0
  own:
FunctionEnd

; A virus scanner may hold what was just written for a moment: up to ten seconds of patience.
!macro MOVE from to
  StrCpy $0 0
  ${Do}
    ClearErrors
    Rename "${from}" "${to}"
    ${IfNot} ${Errors}
      ${ExitDo}
    ${EndIf}
    Sleep 500
    IntOp $0 $0 + 1
  ${LoopUntil} $0 = 20
  IntCmp $0 20 failed
!macroend

; Windows lets nobody write to a program that is running.
!macro NEED_STOPPED un
Function ${un}NeedStopped
  again:
  StrCpy $0 "$INSTDIR\${EXE}"
  IfFileExists "$0" 0 console
  ClearErrors
  FileOpen $1 "$0" a
  IfErrors running
  FileClose $1
  console:
  StrCpy $0 "$INSTDIR\${CONSOLE}"
  IfFileExists "$0" 0 stopped
  ClearErrors
  FileOpen $1 "$0" a
  IfErrors running
  FileClose $1
  Goto stopped
  running:
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "${APP} is running, or this user may not change $INSTDIR.$\r$\n$\r$\nClose ${APP} and try again. Nothing was changed." /SD IDCANCEL IDRETRY again
  SetErrorLevel 5
  Quit
  stopped:
FunctionEnd
!macroend
!insertmacro NEED_STOPPED ""
!insertmacro NEED_STOPPED "un."

Function .onInit
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
    MessageBox MB_OK|MB_ICONSTOP "${APP} needs a 64-bit Windows 10 or newer." /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
  SetRegView 64
  StrCpy $R9 $INSTDIR ; of /D=, which MultiUser would write over
  ${If} ${Silent} ; where MultiUser would wait for an answer to its message
    ${GetParameters} $0
    ClearErrors
    ${GetOptions} $0 "/AllUsers" $1
    ${IfNot} ${Errors}
      UserInfo::GetAccountType
      Pop $0
      ${If} $0 != "Admin"
        SetErrorLevel 2
        Quit
      ${EndIf}
    ${EndIf}
  ${EndIf}
  !insertmacro MULTIUSER_INIT
  ${If} $R9 != ""
    StrCpy $INSTDIR $R9
  ${EndIf}
FunctionEnd

; It removes the folder it lies in, whoever starts it, and what is registered for that.
!undef MULTIUSER_INSTALLMODE_DEFAULT_REGISTRY_KEY
Function un.onInit
  SetRegView 64
  StrCpy $R9 $INSTDIR ; which MultiUser would write over
  !insertmacro MULTIUSER_UNINIT
  ReadRegStr $0 HKLM "Software\${APP}" "InstallDir"
  ${If} $0 == $R9
    Call un.MultiUser.InstallMode.AllUsers
  ${EndIf}
  StrCpy $INSTDIR $R9
FunctionEnd

; Leave what was there as it was, and no half of a new version on a full disk.
Function TakeBack
  SetOutPath "$INSTDIR"
  IfFileExists "$INSTDIR\${INTERNAL}\*.*" kept
  Rename "${ASIDE}" "$INSTDIR\${INTERNAL}"
  kept:
  RMDir /r "${INCOMING}"
  Delete "$INSTDIR\${CONSOLE}.new"
  Delete "$INSTDIR\${EXE}.new"
FunctionEnd

Function .onInstFailed
  StrCmp $Begun "" nothing
  Call TakeBack
  nothing:
FunctionEnd

Section "!${APP}" SecApp
  SectionIn RO
  Call NeedOwnFolder
  Call NeedStopped
  StrCpy $Begun "yes"
  ; All new files come first, in a folder of their own: until they are complete the program
  ; that is there stays as it is. An installation that was cut off is simply started again.
  RMDir /r "${INCOMING}"
  SetOutPath "${INCOMING}"
  ClearErrors
  File /r "${PAYLOAD}\${INTERNAL}\*.*"
  IfErrors failed
  SetOutPath "$INSTDIR"
  File "/oname=${CONSOLE}.new" "${PAYLOAD}\${CONSOLE}"
  File "/oname=${EXE}.new" "${PAYLOAD}\${EXE}"
  IfErrors failed
  ; The libraries lie in a folder of their version, and the program knows only its own. Those of
  ; this very version step aside as a whole, and come back if the new ones cannot take their place.
  RMDir /r "${ASIDE}"
  IfFileExists "$INSTDIR\${INTERNAL}\*.*" 0 free
  !insertmacro MOVE "$INSTDIR\${INTERNAL}" "${ASIDE}"
  free:
  !insertmacro MOVE "${INCOMING}" "$INSTDIR\${INTERNAL}"
  Delete "$INSTDIR\${CONSOLE}"
  !insertmacro MOVE "$INSTDIR\${CONSOLE}.new" "$INSTDIR\${CONSOLE}"
  Delete "$INSTDIR\${EXE}"
  !insertmacro MOVE "$INSTDIR\${EXE}.new" "$INSTDIR\${EXE}"
  Call RemoveOlder
  ClearErrors
  WriteUninstaller "$INSTDIR\uninstall.exe"
  IfErrors failed
  CreateDirectory "$SMPROGRAMS\${APP}"
  CreateShortcut "$SMPROGRAMS\${APP}\${APP}.lnk" "$INSTDIR\${EXE}"
  CreateShortcut "$SMPROGRAMS\${APP}\${APP} training.lnk" "$INSTDIR\${EXE}" "demo"
  Call Register
  Goto done
  failed:
  Call TakeBack
  MessageBox MB_OK|MB_ICONSTOP "The files could not be written to $INSTDIR. Make room, or ask for the right to write there, and start the installer again. Sales and settings were not touched." /SD IDOK
  SetErrorLevel 2
  Quit
  done:
SectionEnd

Section /o "Start with Windows" SecStartup
  WriteRegStr SHCTX "${STARTUP}" "${APP}" '"$INSTDIR\${EXE}"'
SectionEnd

Section "Shortcut on the desktop" SecDesktop
  CreateShortcut "$DESKTOP\${APP}.lnk" "$INSTDIR\${EXE}"
SectionEnd

; Folders of libraries of other versions. The data is elsewhere and is never touched.
Function RemoveOlder
  FindFirst $0 $1 "$INSTDIR\_internal-*"
  next:
  StrCmp $1 "" end
  StrCmp $1 "${INTERNAL}" skip
  RMDir /r "$INSTDIR\$1"
  skip:
  FindNext $0 $1
  Goto next
  end:
  FindClose $0
FunctionEnd

Function Register
  WriteRegStr SHCTX "Software\${APP}" "InstallDir" "$INSTDIR"
  WriteRegStr SHCTX "${REMOVE}" "DisplayName" "${APP}"
  WriteRegStr SHCTX "${REMOVE}" "DisplayVersion" "${VERSION}"
  WriteRegStr SHCTX "${REMOVE}" "DisplayIcon" "$INSTDIR\${EXE}"
  WriteRegStr SHCTX "${REMOVE}" "Publisher" "${PUBLISHER}"
  WriteRegStr SHCTX "${REMOVE}" "InstallLocation" "$INSTDIR"
  WriteRegStr SHCTX "${REMOVE}" "UninstallString" '"$INSTDIR\uninstall.exe" /$MultiUser.InstallMode'
  WriteRegStr SHCTX "${REMOVE}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /$MultiUser.InstallMode /S'
  WriteRegDWORD SHCTX "${REMOVE}" "NoModify" 1
  WriteRegDWORD SHCTX "${REMOVE}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  IntFmt $0 "0x%08X" $0
  WriteRegDWORD SHCTX "${REMOVE}" "EstimatedSize" "$0"
FunctionEnd

; What the backend has not heard of is safe in the data folder, but nothing sends it any more.
; A person is asked; silently nothing is removed, unless with /FORCE.
Function un.NeedSent
  IfFileExists "$INSTDIR\${CONSOLE}" 0 sent
  nsExec::ExecToStack '"$INSTDIR\${CONSOLE}" unsent'
  Pop $0
  Pop $1
  StrCmp $0 "0" sent
  ${GetParameters} $2
  ClearErrors
  ${GetOptions} $2 "/FORCE" $3
  IfErrors 0 sent
  MessageBox MB_YESNO|MB_ICONEXCLAMATION|MB_DEFBUTTON2 "$1$\r$\nSales stay on this computer, but what was not sent is sent only when ${APP} is installed again.$\r$\n$\r$\nRemove the program all the same?" /SD IDNO IDYES sent
  SetShellVarContext current ; the user's own, also of an installation for everybody
  CreateDirectory "$LOCALAPPDATA\${APP}\logs"
  FileOpen $4 "$LOCALAPPDATA\${APP}\logs\uninstall.log" a
  FileSeek $4 0 END
  FileWrite $4 "Not removed: $1$\r$\n"
  FileClose $4
  SetErrorLevel 6
  Quit
  sent:
FunctionEnd

Section "Uninstall"
  Call un.NeedStopped
  Call un.NeedSent
  FindFirst $0 $1 "$INSTDIR\_internal-*"
  next:
  StrCmp $1 "" end
  RMDir /r "$INSTDIR\$1"
  FindNext $0 $1
  Goto next
  end:
  FindClose $0
  RMDir /r "${INCOMING}"
  Delete "$INSTDIR\${EXE}"
  Delete "$INSTDIR\${EXE}.new"
  Delete "$INSTDIR\${CONSOLE}"
  Delete "$INSTDIR\${CONSOLE}.new"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR" ; only when nothing else is in it
  Delete "$SMPROGRAMS\${APP}\${APP}.lnk"
  Delete "$SMPROGRAMS\${APP}\${APP} training.lnk"
  RMDir "$SMPROGRAMS\${APP}"
  Delete "$DESKTOP\${APP}.lnk"
  DeleteRegValue SHCTX "${STARTUP}" "${APP}"
  DeleteRegKey SHCTX "${REMOVE}"
  DeleteRegKey SHCTX "Software\${APP}"
SectionEnd

LangString AboutApp 1033 "The till itself, and a training mode with a simulated card reader."
LangString AboutStartup 1033 "Opens the till when this user signs in."
LangString AboutDesktop 1033 "An icon on the desktop."
!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
  !insertmacro MUI_DESCRIPTION_TEXT ${SecApp} $(AboutApp)
  !insertmacro MUI_DESCRIPTION_TEXT ${SecStartup} $(AboutStartup)
  !insertmacro MUI_DESCRIPTION_TEXT ${SecDesktop} $(AboutDesktop)
!insertmacro MUI_FUNCTION_DESCRIPTION_END
